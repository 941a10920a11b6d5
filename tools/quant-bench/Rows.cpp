//===- Rows.cpp - What there is to time -----------------------------------===//

#include "Rows.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_bench;

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

namespace {
struct OpRows {
  RowOp op;
  std::vector<Storage> storages;
  std::vector<Granularity> granularities;
  std::vector<Division> divisions;
};

struct NamedSize {
  StringRef name;
  int64_t elements;
  /// In the default run, with one thread and with more.
  bool isDefault, isDefaultForThreads;
  /// And for variants of rows too.
  bool isDefaultForVariants;
};
} // namespace

static const std::vector<Granularity> allGranularities = {
    Granularity::PerTensor,    Granularity::AxisOuter, Granularity::AxisMiddle,
    Granularity::AxisMiddle49, Granularity::AxisInner, Granularity::AxisInner3,
    Granularity::AxisInner7,   Granularity::Block32,   Granularity::Block128};
static const std::vector<Storage> allStorages = {Storage::I8, Storage::U8,
                                                 Storage::I16, Storage::I4};
static const std::vector<Division> allDivisions = {Division::Exact,
                                                   Division::Reciprocal};

/// Which of an op's forms exist. Dequantize does not divide. Parameters that
/// are chosen at run time are those of activations: a tensor's, or a row's.
static const OpRows opTable[] = {
    {RowOp::Quantize, allStorages, allGranularities, allDivisions},
    {RowOp::Dequantize, allStorages, allGranularities, {Division::Exact}},
    {RowOp::Dynamic,
     {Storage::I8, Storage::U8},
     {Granularity::PerTensor, Granularity::AxisOuter},
     allDivisions},
    {RowOp::FakeQuantize, allStorages, allGranularities, allDivisions},
    {RowOp::BiasReluQuantize,
     {Storage::I8, Storage::U8},
     {Granularity::AxisOuter},
     {Division::Exact}},
    {RowOp::BiasGeluQuantize,
     {Storage::I8, Storage::U8},
     {Granularity::AxisOuter},
     {Division::Exact}},
    {RowOp::DequantizeAdd,
     {Storage::I8, Storage::U8},
     {Granularity::AxisOuter},
     {Division::Exact}},
};

static const ValueType allValues[] = {ValueType::F32, ValueType::F16,
                                      ValueType::BF16};
static const Shape allShapes[] = {Shape::Static, Shape::Dynamic};

/// Sized for 32 or 48 KiB of L1, 1 MiB of L2 and at most 32 MiB of L3; `tail`
/// is 256 rows of 389, a prime, and 3, so that no vector length divides tensors
/// or rows, nor a block length rows.
static const NamedSize sizeTable[] = {
    {"l1", 4096, true, false, false},
    {"l2", 98304, true, false, true},
    {"l3", 1048576, false, true, false},
    {"memory", 16777216, true, true, true},
    {"tail", 99587, false, false, false},
};

/// The rows of the default run: every op and granularity in the form that is
/// used most, and the other types and storages per-tensor.
static bool isUsual(const Row &row) {
  bool isPlain = row.value == ValueType::F32 && row.storage == Storage::I8;
  bool isStatic = row.shape == Shape::Static;
  if (row.op == RowOp::FakeQuantize)
    return isPlain && row.granularity == Granularity::PerTensor &&
           row.division == Division::Exact && isStatic;
  if (row.op == RowOp::Dynamic)
    return row.value == ValueType::F32 && isStatic &&
           row.division == Division::Exact;
  if (row.granularity != Granularity::PerTensor)
    return isPlain && row.division == Division::Exact && isStatic;
  if (row.division == Division::Reciprocal || !isStatic)
    return isPlain && (row.division == Division::Exact || isStatic);
  return row.value == ValueType::F32 || row.storage == Storage::I8;
}

/// Those of the default run that are variants of others: packed integers with a
/// parameter for each channel or block, and shapes known at run time.
static bool isUsualVariant(const Row &row) {
  if (row.value != ValueType::F32 || row.division != Division::Exact)
    return false;
  bool isPacked = row.storage == Storage::I4;
  bool isDynamic = row.shape == Shape::Dynamic;
  if (row.op == RowOp::FakeQuantize || row.op == RowOp::Dynamic)
    return isDynamic && row.storage == Storage::I8 &&
           (row.op == RowOp::Dynamic ||
            row.granularity == Granularity::PerTensor);
  return (row.granularity == Granularity::AxisInner ||
          row.granularity == Granularity::Block32) &&
         (isDynamic ? row.storage == Storage::I8 : isPacked);
}

//===----------------------------------------------------------------------===//
// Geometry
//===----------------------------------------------------------------------===//

int64_t Geometry::parameters() const {
  return block ? outer * llvm::divideCeil(channels, block) : channels;
}

/// The shape that comes closest to so many elements from below.
static Geometry getGeometry(Granularity granularity, int64_t elements) {
  Geometry shape;
  int64_t rows = int64_t(1) << (llvm::Log2_64(elements) / 2);
  int64_t columns = elements / rows;
  switch (granularity) {
  case Granularity::PerTensor:
    shape.inner = elements;
    shape.dimensions = {elements};
    return shape;
  case Granularity::AxisOuter:
    shape.channels = rows;
    shape.inner = columns;
    shape.dimensions = {rows, columns};
    return shape;
  case Granularity::AxisMiddle:
  case Granularity::AxisMiddle49:
    shape.outer = 4;
    shape.inner = granularity == Granularity::AxisMiddle ? rows : 49;
    shape.channels = elements / shape.inner / 4;
    shape.dimensions = {4, shape.channels, shape.inner};
    return shape;
  case Granularity::AxisInner3:
  case Granularity::AxisInner7:
    columns = granularity == Granularity::AxisInner3 ? 3 : 7;
    rows = elements / columns;
    break;
  case Granularity::Block32:
  case Granularity::Block128:
    shape.block = granularity == Granularity::Block32 ? 32 : 128;
    break;
  case Granularity::AxisInner:
    break;
  }
  shape.outer = rows;
  shape.channels = columns;
  shape.dimensions = {rows, columns};
  return shape;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

StringRef quant_bench::toString(RowOp op) {
  switch (op) {
  case RowOp::Quantize:
    return "quantize";
  case RowOp::Dequantize:
    return "dequantize";
  case RowOp::Dynamic:
    return "choose_qparams+quantize";
  case RowOp::FakeQuantize:
    return "fake_quantize";
  case RowOp::BiasReluQuantize:
    return "bias+relu+quantize";
  case RowOp::BiasGeluQuantize:
    return "bias+gelu+quantize";
  case RowOp::DequantizeAdd:
    return "dequantize+add";
  }
  llvm_unreachable("unknown op");
}

StringRef quant_bench::toString(ValueType value) {
  switch (value) {
  case ValueType::F32:
    return "f32";
  case ValueType::F16:
    return "f16";
  case ValueType::BF16:
    return "bf16";
  }
  llvm_unreachable("unknown value");
}

StringRef quant_bench::toString(Storage storage) {
  switch (storage) {
  case Storage::I8:
    return "i8";
  case Storage::U8:
    return "u8";
  case Storage::I16:
    return "i16";
  case Storage::I4:
    return "i4";
  }
  llvm_unreachable("unknown storage");
}

StringRef quant_bench::toString(Granularity granularity) {
  switch (granularity) {
  case Granularity::PerTensor:
    return "per-tensor";
  case Granularity::AxisOuter:
    return "per-axis-outer";
  case Granularity::AxisMiddle:
    return "per-axis-middle";
  case Granularity::AxisMiddle49:
    return "per-axis-middle49";
  case Granularity::AxisInner:
    return "per-axis-inner";
  case Granularity::AxisInner3:
    return "per-axis-inner3";
  case Granularity::AxisInner7:
    return "per-axis-inner7";
  case Granularity::Block32:
    return "per-block-32";
  case Granularity::Block128:
    return "per-block-128";
  }
  llvm_unreachable("unknown granularity");
}

StringRef quant_bench::toString(Division division) {
  return division == Division::Exact ? "exact" : "reciprocal";
}

StringRef quant_bench::toString(Shape shape) {
  return shape == Shape::Static ? "static" : "dynamic";
}

unsigned quant_bench::getBits(ValueType value) {
  return value == ValueType::F32 ? 32 : 16;
}

unsigned quant_bench::getBits(Storage storage) {
  switch (storage) {
  case Storage::I8:
  case Storage::U8:
    return 8;
  case Storage::I16:
    return 16;
  case Storage::I4:
    return 4;
  }
  llvm_unreachable("unknown storage");
}

int64_t quant_bench::getMin(Storage storage) {
  return storage == Storage::U8 ? 0 : -(int64_t(1) << (getBits(storage) - 1));
}

int64_t quant_bench::getMax(Storage storage) {
  return getMin(storage) + (int64_t(1) << getBits(storage)) - 1;
}

std::string Row::kind() const {
  std::string kind = toString(op).str();
  for (StringRef part :
       {toString(value), toString(storage), toString(granularity),
        toString(division), toString(shape)})
    kind += "/" + part.str();
  return kind;
}

std::string Row::name() const {
  return kind() + "/" + std::to_string(geometry.elements());
}

std::string Row::label() const {
  return threads == 1 ? name() : name() + " x" + std::to_string(threads);
}

int64_t Row::bytesIn() const {
  unsigned bits = readsIntegers() ? getBits(storage) : getBits(value);
  return llvm::divideCeil(geometry.elements() * bits, 8);
}

std::vector<int64_t> Row::addendDimensions() const {
  if (op == RowOp::BiasReluQuantize || op == RowOp::BiasGeluQuantize)
    return {geometry.dimensions.back()};
  return op == RowOp::DequantizeAdd ? geometry.dimensions
                                    : std::vector<int64_t>();
}

int64_t Row::bytesOfAddend() const {
  std::vector<int64_t> dimensions = addendDimensions();
  if (dimensions.empty())
    return 0;
  int64_t elements = 1;
  for (int64_t dimension : dimensions)
    elements *= dimension;
  return elements * getBits(value) / 8;
}

int64_t Row::bytesOut() const {
  unsigned bits = makesIntegers() ? getBits(storage) : getBits(value);
  return llvm::divideCeil(geometry.elements() * bits, 8);
}

FailureOr<int64_t> quant_bench::parseSize(StringRef size) {
  for (const NamedSize &named : sizeTable)
    if (named.name == size)
      return named.elements;
  // Below, the limit's vectors do not fit; above, an index of 32 bits does not.
  constexpr int64_t least = 256, most = int64_t(1) << 30;
  int64_t elements = 0;
  if (!size.getAsInteger(10, elements) && elements >= least && elements <= most)
    return elements;
  llvm::errs() << "error: size must be ";
  for (const NamedSize &named : sizeTable)
    llvm::errs() << "'" << named.name << "', ";
  llvm::errs() << "or a number of elements from " << least << " to " << most
               << ", found '" << size << "'\n";
  return failure();
}

/// The rows of so many threads.
static void addRows(std::vector<Row> &rows, ArrayRef<NamedSize> sizes,
                    unsigned threads) {
  for (const OpRows &entry : opTable)
    for (ValueType value : allValues)
      for (Storage storage : entry.storages)
        for (Granularity granularity : entry.granularities)
          for (Division division : entry.divisions)
            for (Shape shape : allShapes)
              for (const NamedSize &size : sizes) {
                bool isChain = entry.op == RowOp::BiasReluQuantize ||
                               entry.op == RowOp::BiasGeluQuantize ||
                               entry.op == RowOp::DequantizeAdd;
                if (isChain &&
                    (value != ValueType::F32 || shape != Shape::Static))
                  continue;
                Row row{entry.op,
                        value,
                        storage,
                        granularity,
                        division,
                        shape,
                        getGeometry(granularity, size.elements),
                        threads};
                row.isDefault = (threads == 1 ? size.isDefault
                                              : size.isDefaultForThreads) &&
                                (isUsual(row) || (size.isDefaultForVariants &&
                                                  isUsualVariant(row)));
                rows.push_back(row);
              }
}

std::vector<Row> quant_bench::makeRows(ArrayRef<int64_t> sizes,
                                       ArrayRef<unsigned> threads) {
  std::vector<NamedSize> chosen(std::begin(sizeTable), std::end(sizeTable));
  if (!sizes.empty()) {
    chosen.clear();
    for (int64_t elements : sizes)
      chosen.push_back({"", elements, true, true, true});
  }
  std::vector<Row> rows;
  for (unsigned count : threads)
    addRows(rows, chosen, count);
  return rows;
}
