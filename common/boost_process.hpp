// Boost.Process under the name `bp`, for Boost 1.74 and newer. It takes five seconds to compile, so
// only two files include it, which start programs: common/program.cpp and
// common/testing/stage/launch.cpp.
#ifndef STEPBOX_COMMON_BOOST_PROCESS_HPP_
#define STEPBOX_COMMON_BOOST_PROCESS_HPP_

#define BOOST_PROCESS_USE_STD_FS  // otherwise a library must be linked
#include <boost/version.hpp>
#if BOOST_VERSION >= 108800
#include <boost/process/v1/args.hpp>  // 1.88 has no v1.hpp that includes these
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
