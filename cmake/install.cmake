# cmake --install build: the programs as stepbox1 ... stepbox6, step 7 as stepbox, stepbox-oci; their
# manual pages, bash completion, the licence and the list of changes. Held by scripts/test-install.
include(GNUInstallDirs)

foreach(number RANGE 1 6)
  if(TARGET step${number})
    install(PROGRAMS $<TARGET_FILE:step${number}> DESTINATION ${CMAKE_INSTALL_BINDIR}
            RENAME stepbox${number})
  endif()
endforeach()

if(TARGET step7)
  install(PROGRAMS $<TARGET_FILE:step7> DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME stepbox)
  install(PROGRAMS $<TARGET_FILE:stepbox-oci> DESTINATION ${CMAKE_INSTALL_BINDIR})

  # stepbox7, in the series of the others, is a link; bash looks for its completion by that name.
  set(links ${CMAKE_BINARY_DIR}/install)
  file(MAKE_DIRECTORY ${links})
  file(CREATE_LINK stepbox ${links}/stepbox7 SYMBOLIC)
  install(FILES ${links}/stepbox7 DESTINATION ${CMAKE_INSTALL_BINDIR})
  set(completions ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${CMAKE_SOURCE_DIR}/scripts/completion.bash DESTINATION ${completions}
          RENAME stepbox)
  install(FILES ${links}/stepbox7 DESTINATION ${completions})

  # Made at install time: the help texts are those of the program that is installed.
  find_package(Python3 COMPONENTS Interpreter)
  if(Python3_Interpreter_FOUND)
    foreach(program step7 stepbox-oci)
      string(REPLACE step7 stepbox page ${CMAKE_BINARY_DIR}/install/${program}.1)
      install(CODE "
        execute_process(COMMAND \"${Python3_EXECUTABLE}\" \"${CMAKE_SOURCE_DIR}/scripts/lab/man_page.py\"
                        \"$<TARGET_FILE:${program}>\" OUTPUT_FILE \"${page}\" COMMAND_ERROR_IS_FATAL ANY)")
      install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    endforeach()
  else()
    message(STATUS "No python3: stepbox(1) and stepbox-oci(1) will not be installed")
  endif()
endif()

install(FILES LICENSE NEWS.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
