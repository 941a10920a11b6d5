//===- Report.cpp - What was measured, for eyes and machines --------------===//

#include "Report.h"
#include "Figures.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace quant_bench;

ArrayRef<StringRef> quant_bench::getPeerNames() {
  static const StringRef names[] = {"clang", "hand-written", "onnxruntime",
                                    "xnnpack", "onednn"};
  return names;
}

const Figure *Record::getPeer(StringRef name) const {
  return findFigure(peers, name);
}

const Figure &Record::getBestPeer() const { return *getBest(peers); }
const Figure &Record::getLimit() const {
  return *findFigure(limits, limitName);
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
  os << llvm::left_justify(record.row.label(), widthOfNames)
     << llvm::format("%9.1f", record.ours.median) << "  "
     << llvm::left_justify(getSpreadText(record.ours), 15);
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
  json.array([&] {
    for (const Record &record : records)
      json.object([&] {
        json.attribute("row", record.row.name());
        json.attribute("threads", record.row.threads);
        json.attribute("ours", record.ours.median);
        json.attribute("unit", "GB/s");
        printMedians(json, "peers", record.peers);
        json.attribute("limit", record.getLimit().median);
        json.attribute("limit_name", record.limitName);
        printMedians(json, "limits", record.limits);
        json.attributeObject("spread", [&] {
          printSpreads(json, record.ours);
          printSpreads(json, record.peers);
          printSpreads(json, record.limits);
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
