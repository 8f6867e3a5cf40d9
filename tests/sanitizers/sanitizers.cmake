# With SEALPOST_SANITIZE: what every test tells the sanitizers, and the test `sanitizers.reports`
# that fails when any program of the run, one in the background too, left a report.
#
# A test whose program is ended by a sanitizer sees exit status 66, which sealpost itself never has.

set(SANITIZER_REPORTS ${CMAKE_BINARY_DIR}/sanitizer-reports)

function(sealpost_sanitizer_options out)
  set(common "log_path='${SANITIZER_REPORTS}/report':exitcode=66")
  set(address "${common}:detect_leaks=1")
  set(undefined "${common}:print_stacktrace=1")
  set(thread "${common}:halt_on_error=1:second_deadlock_stack=1")
  string(APPEND thread ":suppressions='${PROJECT_SOURCE_DIR}/tests/sanitizers/thread.supp'")
  set(${out} "ASAN_OPTIONS=${address};UBSAN_OPTIONS=${undefined};TSAN_OPTIONS=${thread}" PARENT_SCOPE)
endfunction()

# For the tests of the calling directory, after all of them.
function(sealpost_sanitize_tests)
  if(NOT SEALPOST_SANITIZE)
    return()
  endif()
  sealpost_sanitizer_options(options)
  get_property(tests DIRECTORY PROPERTY TESTS)
  foreach(test IN LISTS tests)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT "${options}")
    set_property(TEST ${test} APPEND PROPERTY FIXTURES_REQUIRED sanitizers)
    # Everything takes longer, some things ten times.
    set_property(TEST ${test} PROPERTY TIMEOUT 3600)
  endforeach()
endfunction()

function(sealpost_check_sanitizer_reports)
  if(NOT SEALPOST_SANITIZE)
    return()
  endif()
  set(reports ${PROJECT_SOURCE_DIR}/tests/sanitizers/reports)
  add_test(NAME sanitizers.clear COMMAND ${reports} clear ${SANITIZER_REPORTS})
  set_tests_properties(sanitizers.clear PROPERTIES FIXTURES_SETUP sanitizers)
  add_test(NAME sanitizers.reports COMMAND ${reports} check ${SANITIZER_REPORTS})
  set_tests_properties(sanitizers.reports PROPERTIES FIXTURES_CLEANUP sanitizers)
endfunction()
