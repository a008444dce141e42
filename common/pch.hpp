// The standard headers that nearly every file here includes, compiled once.
// Nothing includes this file by name: CMake puts it in front of each source, and each
// source still includes what it uses, so that it builds without it (clang-tidy does).
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
