//===- Plot.cpp - GB/s against size, as SVG -------------------------------===//

#include "Report.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace quant_bench;

namespace {
struct Line {
  StringRef name, color;
};

/// A contestant's figure of a size.
struct Point {
  double elements, gigabytes;
};

/// Where things are in a panel, in pixels.
struct Layout {
  static constexpr double width = 420, height = 250;
  static constexpr double left = 56, right = 16, top = 28, bottom = 44;

  static double plotWidth() { return width - left - right; }
  static double plotHeight() { return height - top - bottom; }
};

/// Sizes on a logarithmic axis, GB/s on a linear one from 0.
class Axes {
public:
  explicit Axes(ArrayRef<const Record *> records) {
    double most = 1;
    first = std::log2(records.front()->row.geometry.elements());
    last = first;
    for (const Record *record : records) {
      double position = std::log2(record->row.geometry.elements());
      first = std::min(first, position);
      last = std::max(last, position);
      most = std::max({most, record->ours.median, record->getLimit().median});
      for (const Figure &peer : record->peers)
        most = std::max(most, peer.median);
    }
    // A single size is drawn in the middle.
    if (first == last) {
      first -= 1;
      last += 1;
    }
    double power = std::pow(10, std::floor(std::log10(most / 4)));
    double steps = most / 4 / power;
    tick = power * (steps <= 1 ? 1 : steps <= 2 ? 2 : steps <= 5 ? 5 : 10);
    top = tick * std::ceil(most / tick);
  }

  double x(double elements) const {
    return Layout::left +
           Layout::plotWidth() * (std::log2(elements) - first) / (last - first);
  }
  double y(double gigabytes) const {
    return Layout::top + Layout::plotHeight() * (1 - gigabytes / top);
  }

  double tick, top;

private:
  double first, last;
};
} // namespace

/// Told apart also by those who see few colors (Okabe and Ito's palette).
static constexpr Line lines[] = {
    {"ours", "#d55e00"},         {"clang", "#0072b2"},
    {"hand-written", "#cc79a7"}, {"onnxruntime", "#009e73"},
    {"xnnpack", "#e69f00"},      {"onednn", "#56b4e9"},
    {"limit", "#7f7f7f"}};

static const Figure *getFigure(const Record &record, StringRef name) {
  if (name == "ours")
    return &record.ours;
  if (name == "limit")
    return &record.getLimit();
  return record.getPeer(name);
}

static void printText(raw_ostream &os, double x, double y, StringRef anchor,
                      StringRef text, StringRef more = "") {
  os << llvm::format("<text x=\"%.1f\" y=\"%.1f\" ", x, y) << "text-anchor=\""
     << anchor << "\"" << more << ">" << text << "</text>\n";
}

static void printSegment(raw_ostream &os, double x1, double y1, double x2,
                         double y2, StringRef color) {
  os << llvm::format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" ",
                     x1, y1, x2, y2)
     << "stroke=\"" << color << "\"/>\n";
}

static void printAxes(raw_ostream &os, const Axes &axes,
                      ArrayRef<const Record *> records) {
  double bottom = axes.y(0), end = Layout::width - Layout::right;
  for (double value = 0; value <= axes.top * 1.001; value += axes.tick) {
    printSegment(os, Layout::left, axes.y(value), end, axes.y(value),
                 value == 0 ? "#000" : "#ddd");
    std::string label;
    llvm::raw_string_ostream(label) << llvm::format("%g", value);
    printText(os, Layout::left - 6, axes.y(value) + 4, "end", label);
  }
  for (const Record *record : records) {
    int64_t elements = record->row.geometry.elements();
    double x = axes.x(static_cast<double>(elements));
    printSegment(os, x, bottom, x, bottom + 4, "#000");
    printText(os, x, bottom + 16, "middle", std::to_string(elements));
  }
  printText(os, Layout::left + Layout::plotWidth() / 2, Layout::height - 8,
            "middle", "elements");
  printText(os, -(Layout::top + Layout::plotHeight() / 2), 14, "middle", "GB/s",
            " transform=\"rotate(-90)\"");
}

static void printLine(raw_ostream &os, const Axes &axes, StringRef color,
                      ArrayRef<Point> points) {
  os << "<polyline fill=\"none\" stroke=\"" << color
     << "\" stroke-width=\"2\" points=\"";
  for (const Point &point : points)
    os << llvm::format("%.1f,%.1f ", axes.x(point.elements),
                       axes.y(point.gigabytes));
  os << "\"/>\n";
  for (const Point &point : points)
    os << llvm::format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" ",
                       axes.x(point.elements), axes.y(point.gigabytes))
       << "fill=\"" << color << "\"/>\n";
}

static void printPanel(raw_ostream &os, StringRef title,
                       std::vector<const Record *> records) {
  llvm::sort(records, [](const Record *a, const Record *b) {
    return a->row.geometry.elements() < b->row.geometry.elements();
  });
  Axes axes(records);
  printText(os, Layout::width / 2, 18, "middle", title,
            " font-weight=\"bold\"");
  printAxes(os, axes, records);
  for (const Line &line : lines) {
    std::vector<Point> points;
    for (const Record *record : records)
      if (const Figure *figure = getFigure(*record, line.name))
        points.push_back({static_cast<double>(record->row.geometry.elements()),
                          figure->median});
    if (!points.empty())
      printLine(os, axes, line.color, points);
  }
}

/// Of those that took part.
static void printLegend(raw_ostream &os, ArrayRef<Record> records) {
  double x = Layout::left;
  for (const Line &line : lines) {
    if (llvm::none_of(records, [&](const Record &record) {
          return getFigure(record, line.name);
        }))
      continue;
    os << llvm::format("<rect x=\"%.1f\" y=\"8\" width=\"14\" height=\"14\" ",
                       x)
       << "fill=\"" << line.color << "\"/>\n";
    printText(os, x + 20, 20, "start", line.name);
    x += 100;
  }
}

void quant_bench::printPlot(raw_ostream &os, ArrayRef<Record> records) {
  llvm::MapVector<StringRef, std::vector<const Record *>> panels;
  std::vector<std::string> kinds;
  for (const Record &record : records) {
    unsigned threads = record.row.threads;
    kinds.push_back(record.row.kind() +
                    (threads == 1 ? "" : " x" + std::to_string(threads)));
  }
  for (auto [kind, record] : llvm::zip_equal(kinds, records))
    panels[kind].push_back(&record);

  constexpr size_t columns = 3;
  constexpr double legend = 30;
  double width = Layout::width * std::min(columns, panels.size());
  double height =
      legend + Layout::height * llvm::divideCeil(panels.size(), columns);
  os << llvm::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
                     "height=\"%.0f\" font-family=\"sans-serif\" "
                     "font-size=\"11\">\n",
                     width, height)
     << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  printLegend(os, records);
  for (auto [index, panel] : llvm::enumerate(panels)) {
    os << llvm::format("<g transform=\"translate(%.0f %.0f)\">\n",
                       Layout::width * (index % columns),
                       legend + Layout::height * (index / columns));
    printPanel(os, panel.first, panel.second);
    os << "</g>\n";
  }
  os << "</svg>\n";
}
