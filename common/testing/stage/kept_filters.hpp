// Compiled seccomp filters, kept from one claim to the next.
//
// To compile the default profile takes 30 ms of CPU time, more than the rest of a start of step 7,
// and each stage begins with an empty /run/stepbox. So what the subjects of one claim have compiled
// is given to the later ones of this run of verify. It lies in a directory that no subject can
// reach.
#ifndef STEPBOX_COMMON_TESTING_STAGE_KEPT_FILTERS_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_KEPT_FILTERS_HPP_

namespace stepbox {

// Makes the directory, once, before stages are entered. Throws system_error.
void open_kept_filters();

// In a stage, before a claim: copies all that are kept to /run/stepbox/seccomp. Throws
// system_error.
void put_kept_filters();

// After a claim that holds: keeps the new ones. Throws system_error.
void keep_filters();

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_KEPT_FILTERS_HPP_
