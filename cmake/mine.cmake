# A student's own copy of a step, work/05-cgroup say: the target mine5 (see scripts/mine).
file(GLOB work_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/work/0[1-7]-*/*.cpp)

# What the student writes. The rest of the step is given: its options, and what would lead too far.
set(lesson_1 ".")
set(lesson_2 ".")
set(lesson_3 "/(mount|mountinfo|leftovers)\\.cpp$")
set(lesson_4 "/(namespaces|id_maps|init)\\.cpp$")
set(lesson_5 "/(cgroup|cgroup_v1|cgroup_v2|group|running)\\.cpp$")
set(lesson_6 "/(network|firewall|name_files|user_network|leftovers)\\.cpp$")
set(lesson_7 "/overlay\\.cpp$")
# Given too, but compiled again: they know how large the student's Overlay is.
set(again_7 "/07-unionfs/(containers/container_files|verbs/load)\\.cpp$")

# add_mine(5 05-cgroup), when there is such a library: the program of work/05-cgroup, if it is
# there, with the libraries of all steps before, and of this one what is given.
function(add_mine number name)
  set(own ${work_sources})
  list(FILTER own INCLUDE REGEX "/${name}/[^/]*\\.cpp$")
  foreach(source IN LISTS own)
    if(NOT EXISTS ${source}) # no file to read: that must not stop everything else
      list(REMOVE_ITEM own ${source})
    endif()
  endforeach()
  if(NOT own)
    return()
  endif()
  get_target_property(left_out ${name} SOURCES)
  set(again "")
  if(again_${number})
    set(again ${left_out})
    list(FILTER again INCLUDE REGEX "${again_${number}}")
  endif()
  list(FILTER left_out INCLUDE REGEX "${lesson_${number}}")

  # The step's library without those: what the student has not written is not there.
  set(given ${CMAKE_BINARY_DIR}/libgiven${number}.a)
  list(TRANSFORM left_out REPLACE ".*/(.*)" "\\1.o")
  set(members ${again})
  list(TRANSFORM members REPLACE ".*/(.*)" "\\1.o")
  add_custom_command(OUTPUT ${given} DEPENDS ${name} VERBATIM
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:${name}> ${given}
    COMMAND ${CMAKE_AR} d ${given} ${left_out} ${members})

  # "05-cgroup/cgroup.hpp" is the student's; all other names are still those of steps/.
  set(headers ${CMAKE_BINARY_DIR}/mine-headers/${number})
  set(room ${name})
  if(number EQUAL 7)
    set(room ${name}/storage)
  endif()
  get_filename_component(parent ${headers}/${room} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/work/${name} ${headers}/${room} SYMBOLIC)

  add_executable(mine${number} EXCLUDE_FROM_ALL ${own} ${again} ${given})
  target_include_directories(mine${number} BEFORE PRIVATE ${headers})
  target_include_directories(mine${number} SYSTEM PRIVATE
    $<TARGET_PROPERTY:${name},INCLUDE_DIRECTORIES>) # libnl's, for step 6
  target_link_libraries(mine${number} PRIVATE
    ${given} $<TARGET_PROPERTY:${name},INTERFACE_LINK_LIBRARIES> stepbox_quick_start)
  target_precompile_headers(mine${number} REUSE_FROM stepbox_common)
  # A student's warnings are for reading, whatever the rest is held to.
  set_target_properties(mine${number} PROPERTIES COMPILE_WARNING_AS_ERROR OFF)
  # g++ 12 warns of its own library where a std::string is joined to words (GCC bug 105329, 105651).
  target_compile_options(mine${number} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>)
endfunction()
