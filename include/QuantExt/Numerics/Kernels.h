//===- Kernels.h - The arithmetic over whole arrays -------------*- C++ -*-===//
//
// Each function applies Arithmetic.h to every element of a tensor in row-major
// order. Integers lie in containers of 1, 2 or 4 bytes, the smallest that hold
// the width; the bits above the width are ignored when read and 0 when written,
// as in MLIR's dense constants.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTEXT_NUMERICS_KERNELS_H
#define QUANTEXT_NUMERICS_KERNELS_H

#include "QuantExt/Numerics/Arithmetic.h"
#include "QuantExt/Numerics/Executor.h"
#include "QuantExt/Numerics/FixedPoint.h"
#include "QuantExt/Numerics/FloatFormats.h"
#include "QuantExt/Numerics/Layout.h"
#include "QuantExt/Numerics/SmallFloats.h"

namespace mlir::quant_ext::numerics {

/// How quantized values are stored: 2 to 16 bits, or 32 signed.
struct IntegerFormat {
  unsigned width;
  bool isSigned;
  IntegerRange range;

  /// Bytes of the container of one value.
  unsigned getBytes() const { return width <= 8 ? 1 : width <= 16 ? 2 : 4; }
};

/// How quantized values are stored as floats, one a byte. `saturate` says what
/// narrowToSmall makes of numbers that are too large.
struct FloatStorage {
  SmallFloat kind;
  bool saturate = true;
};

/// Floating-point numbers that are read.
struct FloatArray {
  const void *data;
  FloatFormat format;
};

/// One scale for each group of a layout and, unless null, one zero point in the
/// container of the storage.
struct Parameters {
  FloatArray scale;
  const void *zeroPoint = nullptr;
};

/// R, and for stochastic rounding the random number of each element.
struct Rounding {
  Rounding(RoundingMode mode, const uint32_t *draws = nullptr)
      : mode(mode), draws(draws) {}

  /// The numbers from `element` on; null where there are none.
  const uint32_t *getDraws(int64_t element) const {
    return draws ? draws + element : nullptr;
  }

  RoundingMode mode;
  const uint32_t *draws;
};

/// True where the computing type is f64.
inline bool computesInDouble(FloatFormat value, FloatFormat scale) {
  return value == FloatFormat::F64 || scale == FloatFormat::F64;
}

/// `result` gets layout.getNumElements() integers.
void quantizeArray(FloatArray input, const Parameters &parameters,
                   const Layout &layout, const IntegerFormat &storage,
                   Rounding rounding, DivisionMode division, void *result,
                   const Executor &executor = executeSerially);

/// The same for float storages, which have no zero point.
void quantizeArray(FloatArray input, const Parameters &parameters,
                   const Layout &layout, const FloatStorage &storage,
                   DivisionMode division, void *result,
                   const Executor &executor = executeSerially);

/// `result` gets layout.getNumElements() numbers of `resultFormat`.
void dequantizeArray(const void *input, const Parameters &parameters,
                     const Layout &layout, const IntegerFormat &storage,
                     FloatFormat resultFormat, void *result,
                     const Executor &executor = executeSerially);

void dequantizeArray(const void *input, const Parameters &parameters,
                     const Layout &layout, const FloatStorage &storage,
                     FloatFormat resultFormat, void *result,
                     const Executor &executor = executeSerially);

/// dequantizeArray of quantizeArray, in the format of the input.
void fakeQuantizeArray(FloatArray input, const Parameters &parameters,
                       const Layout &layout, const IntegerFormat &storage,
                       Rounding rounding, DivisionMode division, void *result,
                       const Executor &executor = executeSerially);

void fakeQuantizeArray(FloatArray input, const Parameters &parameters,
                       const Layout &layout, const FloatStorage &storage,
                       DivisionMode division, void *result,
                       const Executor &executor = executeSerially);

/// The two layouts cut the same tensor.
void requantizeArray(const void *input, const IntegerFormat &inputStorage,
                     const Parameters &in, const Layout &inLayout,
                     const Parameters &out, const Layout &outLayout,
                     const IntegerFormat &storage, Rounding rounding,
                     void *result);

/// What the elements of a group share; no zero point is 0.
struct FixedPointGroup {
  int32_t multiplier;
  int32_t shift;
  int32_t zeroPointIn = 0;
  int32_t zeroPointOut = 0;
};

/// `groups` has an entry for each group of `layout`.
void requantizeFixedPointArray(const void *input,
                               const IntegerFormat &inputStorage,
                               const std::vector<FixedPointGroup> &groups,
                               const Layout &layout,
                               const IntegerFormat &storage,
                               FixedPointRounding rounding, void *result);

/// `scale` gets layout.getNumGroups() numbers, double for an f64 input and
/// float for any other; `zeroPoint` as many containers, or is null for a
/// symmetric scheme, which reads no more of `storage` than its largest value.
void chooseParameters(FloatArray input, const Layout &layout,
                      const IntegerFormat &storage, void *scale,
                      void *zeroPoint,
                      const Executor &executor = executeSerially);

/// chooseParameters, then quantizeArray with what was chosen, reading each
/// element from memory once where the layout allows it.
void chooseAndQuantizeArray(FloatArray input, const Layout &layout,
                            const IntegerFormat &storage, RoundingMode rounding,
                            DivisionMode division, void *scale, void *zeroPoint,
                            void *result,
                            const Executor &executor = executeSerially);

/// How the scales of a float storage are stored where they are quantized: as
/// powers of two, or as numbers of `kind` in proportion to `scaleOfScales`.
struct ScaleStorage {
  SmallFloat kind;
  double scaleOfScales = 1;
};

/// `scale` gets layout.getNumGroups() bytes.
void chooseScales(FloatArray input, const Layout &layout, SmallFloat storage,
                  const ScaleStorage &scaleStorage, uint8_t *scale,
                  const Executor &executor = executeSerially);

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_KERNELS_H
