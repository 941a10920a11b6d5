//===- Report.cpp - What was measured, for eyes and machines --------------===//

#include "Report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace quant_bench;

ArrayRef<StringRef> quant_bench::getPeerNames() {
  static const StringRef names[] = {"clang", "hand-written", "onnxruntime",
                                    "xnnpack", "onednn"};
  return names;
}

const Figure *Record::getPeer(StringRef name) const {
  auto found = llvm::find_if(
      peers, [&](const Figure &figure) { return figure.name == name; });
  return found == peers.end() ? nullptr : &*found;
}

static const Figure &getBest(ArrayRef<Figure> figures) {
  return *llvm::max_element(figures, [](const Figure &a, const Figure &b) {
    return a.median < b.median;
  });
}

const Figure &Record::getBestPeer() const { return getBest(peers); }
const Figure &Record::getLimit() const {
  return *llvm::find_if(
      limits, [&](const Figure &figure) { return figure.name == limitName; });
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

void Table::printHeading() {
  os << "GB/s of bytes read and written: median (least..most)\n"
     << llvm::left_justify("row", widthOfNames)
     << llvm::right_justify("ours", 9) << "  "
     << llvm::left_justify("spread", 15);
  for (StringRef name : peers)
    os << llvm::right_justify(name, 14);
  os << llvm::right_justify("limit", 9)
     << "  its name  ours/best peer  ours/limit\n";
}

void Table::print(const Record &record) {
  std::string spread;
  llvm::raw_string_ostream(spread)
      << llvm::format("(%.1f..%.1f)", record.ours.least, record.ours.most);
  os << llvm::left_justify(record.row.label(), widthOfNames)
     << llvm::format("%9.1f", record.ours.median) << "  "
     << llvm::left_justify(spread, 15);
  for (StringRef name : peers) {
    if (const Figure *peer = record.getPeer(name))
      os << llvm::format("%14.1f", peer->median);
    else
      os << llvm::right_justify("-", 14);
  }
  os << llvm::format("%9.1f", record.getLimit().median)
     << llvm::right_justify(record.limitName, 10)
     << llvm::format("%16.2f%12.2f\n",
                     record.ours.median / record.getBestPeer().median,
                     record.ours.median / record.getLimit().median);
  os.flush();
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

void quant_bench::printJSON(llvm::raw_ostream &os, ArrayRef<Record> records,
                            const Setting &setting) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  auto printSpread = [&](StringRef name, const Figure &figure) {
    json.attributeArray(name, [&] {
      json.value(figure.least);
      json.value(figure.most);
    });
  };
  json.array([&] {
    for (const Record &record : records)
      json.object([&] {
        json.attribute("row", record.row.name());
        json.attribute("threads", record.row.threads);
        json.attribute("ours", record.ours.median);
        json.attribute("unit", "GB/s");
        json.attributeObject("peers", [&] {
          for (const Figure &peer : record.peers)
            json.attribute(peer.name, peer.median);
        });
        json.attribute("limit", record.getLimit().median);
        json.attribute("limit_name", record.limitName);
        json.attributeObject("limits", [&] {
          for (const Figure &limit : record.limits)
            json.attribute(limit.name, limit.median);
        });
        json.attributeObject("spread", [&] {
          printSpread("ours", record.ours);
          for (const Figure &peer : record.peers)
            printSpread(peer.name, peer);
          for (const Figure &limit : record.limits)
            printSpread(limit.name, limit);
        });
        json.attributeObject("agreement", [&] {
          json.attribute("ours", toString(record.ours.agreement));
          for (const Figure &peer : record.peers)
            json.attribute(peer.name, toString(peer.agreement));
        });
        json.attribute("bytes", record.row.bytes());
        json.attribute("compiler_flags", record.compilerFlags);
        json.attribute("target", setting.target);
        json.attribute("pages", setting.pages);
        json.attribute("cpu", setting.cpu);
        for (const auto &[name, version] : setting.versions)
          json.attribute(name + "_version", version);
      });
  });
  os << "\n";
}
