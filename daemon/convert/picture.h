#ifndef PIPESCHED_DAEMON_CONVERT_PICTURE_H_
#define PIPESCHED_DAEMON_CONVERT_PICTURE_H_

#include <cstdint>

#include "daemon/errors.h"
#include "daemon/plan.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "render/options.h"
#include "render/text_picture.h"

namespace pipesched {

// What a picture shows. Adds to `violations`, below "options.", what is out of the
// range that the contract gives. `num_ranks` is 0 if it is not known.
PictureOptions ConvertPictureOptions(const v1::RenderOptions& options, int num_ranks,
                                     Violations& violations);

// How a text is written; the same, below "options.text.".
TextStyle ConvertTextStyle(const v1::TextStyle& style, Violations& violations);

// A plan as a picture sees it; it must outlive the subject.
Subject SubjectOf(const Plan& plan);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_PICTURE_H_
