# A student's own copy of a step, work/05-cgroup say: the target mine5 (see scripts/lab/mine.py).
#
# mine5 links the student's sources, the libraries of the steps before, and what is given of step 5.
# Nothing that the lesson asks for comes from us: what the student has not written is a link error.
# The student's headers replace ours of the same name. A given source that includes one of them, even
# through other headers, is compiled again: a class of another size in an object file that was
# compiled with our header would corrupt memory.
file(GLOB work_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/work/0[1-7]-*/*.cpp)
file(GLOB work_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/work/0[1-7]-*/*.hpp)

# What is given of a step; the lesson is the rest. Of step 7 the lesson is named, the rest is given.
set(given_3 options)
set(given_4 options)
set(given_5 options)
set(given_6 address gate leases netlink nft options)
set(lesson_7 storage/overlay)

# split_lesson(5 "${sources}" lesson given): sets `lesson` and `given` to the two parts of `sources`.
# build/lesson5.txt names those of the lesson: grade-all hides them from what students hand in.
function(split_lesson number sources lesson given)
  set(named "")
  foreach(name IN LISTS given_${number} lesson_${number})
    set(found ${sources})
    list(FILTER found INCLUDE REGEX "/0${number}-[a-z]+/${name}\\.cpp$")
    if(NOT found)
      message(FATAL_ERROR "cmake/mine.cmake names ${name}.cpp, which step ${number} does not have")
    endif()
    list(APPEND named ${found})
  endforeach()
  set(others ${sources})
  if(named)
    list(REMOVE_ITEM others ${named})
  endif()
  if(NOT lesson_${number}) # then it was the given ones that have names
    set(swapped ${named})
    set(named ${others})
    set(others ${swapped})
  endif()
  set(${lesson} ${named} PARENT_SCOPE)
  set(${given} ${others} PARENT_SCOPE)
  list(TRANSFORM named REPLACE "^${CMAKE_SOURCE_DIR}/(.*)$" "\\1\n" OUTPUT_VARIABLE lines)
  list(JOIN lines "" lines)
  file(CONFIGURE OUTPUT lesson${number}.txt CONTENT "${lines}" @ONLY)
endfunction()

# quoted_includes(result FILE): what it includes by #include "...". The build is configured again when
# FILE changes, as its includes may.
function(quoted_includes result file)
  file(STRINGS ${file} lines REGEX "^ *# *include *\"")
  list(TRANSFORM lines REPLACE "^[^\"]*\"([^\"]*)\".*" "\\1")
  set(${result} ${lines} PARENT_SCOPE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endfunction()

# includes_any(result "${lines}" "${headers}"): TRUE where the two lists share an item.
function(includes_any result lines headers)
  set(${result} FALSE PARENT_SCOPE)
  foreach(line IN LISTS lines)
    if(line IN_LIST headers)
      set(${result} TRUE PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# dependents(result 05-cgroup "${sources}" "${headers}"): the sources that include one of `headers`
# (as 05-cgroup/cgroup.hpp), also through the step's other headers. No other step's header can
# include them: a step includes only those before it.
function(dependents result name sources headers)
  set(steps ${CMAKE_SOURCE_DIR}/steps)
  file(GLOB waiting CONFIGURE_DEPENDS RELATIVE ${steps} ${steps}/${name}/*.hpp ${steps}/${name}/*/*.hpp)
  list(FILTER waiting EXCLUDE REGEX "/(skeleton|claims)/")
  foreach(header IN LISTS waiting)
    quoted_includes(lines_${header} ${steps}/${header})
  endforeach()
  set(count -1)
  while(NOT count EQUAL 0) # until a round finds no more headers
    set(count 0)
    foreach(header IN LISTS waiting)
      includes_any(found "${lines_${header}}" "${headers}")
      if(found)
        list(APPEND headers ${header})
        list(REMOVE_ITEM waiting ${header})
        math(EXPR count "${count} + 1")
      endif()
    endforeach()
  endwhile()
  set(again "")
  foreach(source IN LISTS sources)
    quoted_includes(lines ${source})
    includes_any(found "${lines}" "${headers}")
    if(found)
      list(APPEND again ${source})
    endif()
  endforeach()
  set(${result} ${again} PARENT_SCOPE)
endfunction()

# add_given(5 05-cgroup ROOM "${own}"): the library mine5_given, of the step's given sources.
# Those which depend on the student's headers are compiled again; one that the student has a file of
# the same name for is left out.
function(add_given number name room own)
  get_target_property(sources ${name}_given SOURCES)
  set(left_out "")
  foreach(source IN LISTS own)
    get_filename_component(file ${source} NAME)
    set(ours ${CMAKE_SOURCE_DIR}/steps/${room}/${file})
    if(ours IN_LIST sources)
      list(REMOVE_ITEM sources ${ours})
      list(APPEND left_out ${ours})
    endif()
  endforeach()
  if(NOT sources)
    return()
  endif()
  set(headers ${work_headers})
  list(FILTER headers INCLUDE REGEX "/work/${name}/")
  list(TRANSFORM headers REPLACE ".*/" "${room}/")
  dependents(again ${name} "${sources}" "${headers}")

  set(objects $<TARGET_OBJECTS:${name}_given>)
  if(again OR left_out)
    set(pattern ${again} ${left_out})
    list(TRANSFORM pattern REPLACE ".*/steps/" "/")
    list(TRANSFORM pattern REPLACE "([.+])" "[\\1]")
    list(JOIN pattern "|" pattern)
    set(objects "$<FILTER:${objects},EXCLUDE,(${pattern})[.]o$>")
  endif()
  add_library(mine${number}_given STATIC EXCLUDE_FROM_ALL ${again} ${objects})
  set_target_properties(mine${number}_given PROPERTIES PREFIX "" LINKER_LANGUAGE CXX)
  use_own_headers(mine${number}_given ${number} ${name})
  target_link_libraries(mine${number} PRIVATE mine${number}_given)
endfunction()

# use_own_headers(TARGET 5 05-cgroup): compiles with the student's headers before ours.
function(use_own_headers target number name)
  target_include_directories(${target} BEFORE PRIVATE ${CMAKE_BINARY_DIR}/mine-headers/${number})
  if(TARGET ${name}_given)
    target_include_directories(${target} SYSTEM PRIVATE
      $<TARGET_PROPERTY:${name}_given,INCLUDE_DIRECTORIES>) # libnl's, for step 6
  endif()
  target_link_libraries(${target} PRIVATE $<TARGET_PROPERTY:${name},INTERFACE_LINK_LIBRARIES>)
  target_precompile_headers(${target} REUSE_FROM stepbox_common)
  # A student's warnings are shown, but are never errors, with --strict neither.
  set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR OFF)
  # g++ 12 warns of its own library where a std::string is joined to words (GCC bug 105329, 105651).
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>)
endfunction()

# add_mine(5 05-cgroup): the program of work/05-cgroup, if there is one.
function(add_mine number name)
  set(own ${work_sources})
  list(FILTER own INCLUDE REGEX "/work/${name}/[^/]*\\.cpp$")
  foreach(source IN LISTS own)
    if(NOT EXISTS ${source}) # a dangling link must not break the build of other targets
      list(REMOVE_ITEM own ${source})
    endif()
  endforeach()
  if(NOT own)
    return()
  endif()

  # "05-cgroup/cgroup.hpp" is the student's; all other names are still those of steps/.
  set(room ${name})
  if(number EQUAL 7)
    set(room ${name}/storage)
  endif()
  set(headers ${CMAKE_BINARY_DIR}/mine-headers/${number}/${room})
  get_filename_component(parent ${headers} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/work/${name} ${headers} SYMBOLIC)

  add_executable(mine${number} EXCLUDE_FROM_ALL ${own})
  if(TARGET ${name}_given)
    add_given(${number} ${name} ${room} "${own}")
  endif()
  use_own_headers(mine${number} ${number} ${name})
  target_link_libraries(mine${number} PRIVATE stepbox_quick_start)
endfunction()
