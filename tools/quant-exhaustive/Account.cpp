//===- Account.cpp - What was visited and what differed -------------------===//

#include "Account.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_exhaustive;

/// One row of the sums.
static std::string getRowName(const Combination &combination) {
  const Program &program = combination.getProgram();
  return (llvm::Twine(combination.code->getTarget()) + " " +
          getName(program.type) + " by " + getName(program.scaleType) + " to " +
          program.storage.name + " " + toString(program.division))
      .str();
}

static std::string getFullName(const Step &step,
                               const Combination &combination) {
  const Program &program = combination.getProgram();
  return getRowName(combination) + ", scale " + toString(step.scale) + " as " +
         toString(program.form).str() + ", tensors of " +
         std::to_string(program.size);
}

void Account::add(const Step &step, const Combination &combination) {
  const Tally &tally = combination.tally;
  Row &row = rows[getRowName(combination)];
  ++row.combinations;
  row.visited += tally.visited;
  row.mismatches += tally.mismatches;
  visitedByTarget[combination.code->getTarget()] += tally.visited;
  std::string name = getFullName(step, combination);
  if (verbose)
    llvm::outs() << name << ": " << tally.visited << " inputs, "
                 << tally.mismatches << " mismatches\n";
  if (!step.wasVisited(combination)) {
    ++notVisited;
    (void)fail(name + ": all of " + llvm::Twine(step.getPromised()) +
               " inputs must be visited, found " + llvm::Twine(tally.visited));
  }
  if (tally.mismatches)
    printMismatch(step, combination);
}

void Account::printMismatch(const Step &step,
                            const Combination &combination) const {
  const Program &program = combination.getProgram();
  const Tally &tally = combination.tally;
  unsigned hexWidth = program.type == FloatKind::F32 ? 10 : 6;
  llvm::outs() << getFullName(step, combination) << ": " << tally.mismatches
               << " of " << tally.visited << " differ, the first at "
               << toString(decode(program.type, tally.pattern)) << " ("
               << llvm::format_hex(tally.pattern, hexWidth)
               << "): native code gives " << tally.native << ", the reference "
               << tally.wanted << "\n  run again: quant-exhaustive --verbose"
               << " --targets=" << combination.code->getTarget()
               << " --types=" << getName(program.type)
               << " --storages=" << program.storage.name
               << " --divisions=" << toString(program.division)
               << " --scales=" << toString(step.scale)
               << " --forms=" << toString(program.form) << optionsToRepeat
               << "\n";
}

LogicalResult Account::print(ArrayRef<std::string> promisedTargets) const {
  uint64_t combinations = 0, visited = 0, mismatches = 0;
  for (const auto &[name, row] : rows) {
    llvm::outs() << name << ": " << row.combinations << " combinations, "
                 << row.visited << " inputs, " << row.mismatches
                 << " mismatches\n";
    combinations += row.combinations;
    visited += row.visited;
    mismatches += row.mismatches;
  }
  llvm::outs() << "total: " << combinations << " combinations, " << visited
               << " inputs, " << mismatches << " mismatches\n";
  LogicalResult result = success(mismatches == 0 && notVisited == 0);
  for (const std::string &target : promisedTargets)
    if (visitedByTarget.lookup(target) == 0)
      result =
          fail("target '" + target + "' must be run, found no input visited");
  return result;
}
