//===- MatmulRows.cpp - Which products there are to time ------------------===//

#include "Matmul.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;
using namespace quant_bench;

using Kind = MatmulRow::Kind;

unsigned quant_bench::getBytes(Element element) {
  return element == Element::U8 || element == Element::I8 ? 1 : 4;
}

static StringRef getName(Kind kind) {
  switch (kind) {
  case Kind::Sums:
    return "i32";
  case Kind::UnsignedSums:
    return "u8u8";
  case Kind::Requantized:
    return "i8";
  case Kind::RequantizedUnsigned:
    return "u8";
  case Kind::Dynamic:
    return "dynamic";
  case Kind::DynamicRows:
    return "dynamic-rows";
  case Kind::Float:
    return "f32";
  }
  llvm_unreachable("unknown kind");
}

std::string MatmulRow::name() const {
  std::string result;
  llvm::raw_string_ostream(result)
      << "matmul/" << getName(kind) << "/" << m << "x" << k << "x" << n
      << (copies > 1 ? "/cold" : "")
      << (threads > 1 ? " x" + std::to_string(threads) : "");
  return result;
}

Element MatmulRow::activations() const {
  if (kind == Kind::Requantized)
    return Element::I8;
  return isDynamic() || kind == Kind::Float ? Element::F32 : Element::U8;
}

Element MatmulRow::weights() const {
  return kind == Kind::UnsignedSums ? Element::U8
         : kind == Kind::Float      ? Element::F32
                                    : Element::I8;
}

Element MatmulRow::result() const {
  switch (kind) {
  case Kind::Sums:
  case Kind::UnsignedSums:
    return Element::I32;
  case Kind::Requantized:
    return Element::I8;
  case Kind::RequantizedUnsigned:
    return Element::U8;
  case Kind::Dynamic:
  case Kind::DynamicRows:
  case Kind::Float:
    return Element::F32;
  }
  llvm_unreachable("unknown kind");
}

float MatmulRow::getMultiplier() const {
  // Random factors make sums of about the square root of k times this.
  constexpr int bitsOfProducts = 6;
  return std::ldexp(1.0f, -bitsOfProducts - llvm::Log2_64(k) / 2);
}

float MatmulRow::getColumnScale(int64_t column) const {
  return std::ldexp(1.0f, static_cast<int>(-8 + column % 3));
}

float MatmulRow::getRowScale(int64_t row) const {
  return std::ldexp(
      1.0f, static_cast<int>(kind == Kind::DynamicRows ? -6 + row % 3 : -6));
}

uint8_t MatmulRow::getZeroPoint() const {
  if (kind == Kind::RequantizedUnsigned)
    return 128;
  // Even, for oneDNN, which adds it before it rounds ties to even.
  return isDynamic() ? 96 : 0;
}

std::vector<MatmulRow> quant_bench::makeMatmulRows(ArrayRef<unsigned> threads) {
  struct Size {
    int64_t m, k, n;
    unsigned copies;
  };
  // More than caches hold, on most machines.
  constexpr unsigned manyCopies = 8;
  constexpr Size sizes[] = {{1, 4096, 4096, 1},  {1, 4096, 4096, manyCopies},
                            {16, 1024, 1024, 1}, {128, 768, 3072, 1},
                            {128, 3072, 768, 1}, {100, 100, 100, 1},
                            {512, 512, 512, 1},  {1024, 1024, 1024, 1}};
  std::vector<MatmulRow> rows;
  for (Kind kind :
       {Kind::Sums, Kind::UnsignedSums, Kind::Requantized,
        Kind::RequantizedUnsigned, Kind::Dynamic, Kind::DynamicRows})
    for (const Size &size : sizes)
      for (unsigned count : threads)
        rows.push_back({kind, size.m, size.k, size.n, count, size.copies});
  return rows;
}
