//===- OutputFile.cpp - Files of results ----------------------------------===//

#include "OutputFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static LogicalResult fail(StringRef path, const Twine &reason) {
  errs() << "error: cannot write '" << path << "': " << reason << "\n";
  return failure();
}

LogicalResult quant_bench::checkWritable(StringRef path) {
  if (path.empty() || path == "-")
    return success();
  StringRef parent = sys::path::parent_path(path);
  if (parent.empty())
    parent = ".";
  if (!sys::fs::is_directory(parent))
    return fail(path, "no folder '" + parent + "'");
  if (sys::fs::is_directory(path))
    return fail(path, "a folder");
  if (sys::fs::access(parent, sys::fs::AccessMode::Write))
    return fail(path, "no permission");
  return success();
}

LogicalResult quant_bench::writeFile(StringRef path,
                                     function_ref<void(raw_ostream &)> print) {
  if (path.empty())
    return success();
  Error error = writeToOutput(path, [&](raw_ostream &os) -> Error {
    print(os);
    return Error::success();
  });
  if (error)
    return fail(path, toString(std::move(error)));
  return success();
}
