# Compiler and linker settings, as targets to link:
#   stepbox_language     C++20, warnings, include paths
#   stepbox_settings     the same, sanitized where asked for
#   stepbox_quick_start  static: saves 1 ms at each start
option(STEPBOX_SANITIZE "address and undefined behaviour sanitizers" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
if(STEPBOX_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1") # compiled in half the time of -O1
else()
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1") # assertions stay
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(CCACHE ccache)
if(CCACHE)
  # Without these ccache refuses sources with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  check_linker_flag(CXX -fuse-ld=mold LINKS_WITH_MOLD)
  if(LINKS_WITH_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

add_library(stepbox_language INTERFACE)
target_include_directories(stepbox_language INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/steps)
target_compile_options(stepbox_language INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CCACHE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(stepbox_language INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  else()
    target_compile_options(stepbox_language INTERFACE -fpch-preprocess)
  endif()
endif()

add_library(stepbox_settings INTERFACE)
target_link_libraries(stepbox_settings INTERFACE stepbox_language)
target_compile_options(stepbox_settings INTERFACE -pthread)
target_link_options(stepbox_settings INTERFACE -pthread)

add_library(stepbox_quick_start INTERFACE)
if(STEPBOX_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  # g++ 12 sees uninitialized members in std::regex here, where none are.
  list(APPEND sanitizers -Wno-maybe-uninitialized)
  target_compile_options(stepbox_settings INTERFACE ${sanitizers})
  target_link_options(stepbox_settings INTERFACE ${sanitizers} -Wl,--wrap=clone)
else()
  target_link_options(stepbox_quick_start INTERFACE -static)
endif()
