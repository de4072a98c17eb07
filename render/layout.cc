#include "render/layout.h"

#include "render/axis.h"
#include "render/rows.h"

namespace pipesched {

absl::StatusOr<Scene> LayOut(const Pipeline& pipeline, const Order& order, const Timeline& timeline,
                             const Metrics& metrics, const PictureLabels& labels,
                             const PictureLimits& limits) {
  const Frame frame = MakeFrame(pipeline, timeline.makespan);
  if (absl::Status status = CheckSize(frame, limits); !status.ok()) return status;
  Scene scene;
  scene.width = frame.width;
  scene.height = frame.height;
  const OpTimes times = FindOpTimes(order, timeline);
  AddTitle(frame, pipeline, metrics, labels, scene);
  const bool stacked = AddRows(frame, order, timeline, scene);
  AddLegend(frame, times, stacked, scene);
  AddRankLabels(frame, order.num_ranks(), scene);
  AddTimeAxis(frame, pipeline.scale, AxisTitle(labels), scene);
  AddFootnote(frame, pipeline, times, labels, scene);
  return scene;
}

}  // namespace pipesched
