// The precompiled header: standard headers that most files include. No file includes it by name;
// CMake puts it in front of each source. Each source also includes the headers that it uses, as
// clang-tidy compiles it without this one.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>
