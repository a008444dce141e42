// Boost.Process, by the name `bp`, whichever Boost is installed: 1.74 and newer. Five seconds to
// compile: for the two files that start programs, common/program.cpp and
// common/testing/stage/launch.cpp.
#ifndef STEPBOX_COMMON_BOOST_PROCESS_HPP_
#define STEPBOX_COMMON_BOOST_PROCESS_HPP_

#define BOOST_PROCESS_USE_STD_FS  // else there would be a library to link
#include <boost/version.hpp>
#if BOOST_VERSION >= 108800
#include <boost/process/v1/args.hpp>  // one by one: 1.88 has no v1.hpp
#include <boost/process/v1/async.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/env.hpp>
#include <boost/process/v1/environment.hpp>
#include <boost/process/v1/exe.hpp>
#include <boost/process/v1/extend.hpp>
#include <boost/process/v1/io.hpp>
namespace bp = boost::process::v1;
#else
#include <boost/process.hpp>
#include <boost/process/extend.hpp>
namespace bp = boost::process;
#endif

#endif  // STEPBOX_COMMON_BOOST_PROCESS_HPP_
