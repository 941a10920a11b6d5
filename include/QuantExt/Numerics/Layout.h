//===- Layout.h - Groups of elements that share parameters ------*- C++ -*-===//

#ifndef QUANTEXT_NUMERICS_LAYOUT_H
#define QUANTEXT_NUMERICS_LAYOUT_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mlir::quant_ext::numerics {

/// Neighbours in memory, and the parameters that go with them.
struct Run {
  /// Index of the first element.
  int64_t begin;
  /// Number of elements.
  int64_t size;
  /// Index of the first element's group.
  int64_t group;
  /// What the group's index grows by from one element to the next: 0 where the
  /// run shares one group, 1 where every element has its own.
  int64_t groupStride;
};

/// A row-major tensor cut into groups: in dimension d, `blockSizes[d]`
/// neighbours share a group (the last block may be ragged). Groups are
/// row-major too, ceil(shape[d] / blockSizes[d]) in dimension d.
///
/// Example: shape 4x80 with blocks 1x32 has 12 groups; its runs have 32, 32 and
/// 16 elements.
class Layout {
public:
  /// A block size that is not positive covers its whole dimension.
  Layout(std::vector<int64_t> shape, std::vector<int64_t> blockSizes)
      : shape(std::move(shape)), blockSizes(std::move(blockSizes)) {
    for (size_t dim = 0; dim < this->shape.size(); ++dim) {
      if (this->blockSizes[dim] <= 0) {
        this->blockSizes[dim] = std::max<int64_t>(this->shape[dim], 1);
        groupShape.push_back(1);
      } else {
        groupShape.push_back((this->shape[dim] + this->blockSizes[dim] - 1) /
                             this->blockSizes[dim]);
      }
    }
  }

  int64_t getNumElements() const { return product(shape); }
  int64_t getNumGroups() const { return product(groupShape); }

  /// Calls `visit(Run)` for runs that cover every element once, in order.
  template <typename VisitFn>
  void forEachRun(VisitFn &&visit) const {
    if (getNumElements() == 0)
      return;
    // The innermost dimensions that one block covers make whole runs.
    int64_t inner = 1;
    int64_t dim = static_cast<int64_t>(shape.size()) - 1;
    for (; dim >= 0 && blockSizes[dim] >= shape[dim]; --dim)
      inner *= shape[dim];
    if (dim < 0) {
      visit(Run{0, inner, 0, 0});
      return;
    }
    // Group indices of the dimensions inside `dim` are all 0, and there is one
    // group in each of them.
    visitOuter(0, dim, 0, 0, inner, visit);
  }

private:
  static int64_t product(const std::vector<int64_t> &sizes) {
    int64_t result = 1;
    for (int64_t size : sizes)
      result *= size;
    return result;
  }

  template <typename VisitFn>
  void visitOuter(int64_t dim, int64_t last, int64_t element, int64_t group,
                  int64_t inner, VisitFn &visit) const {
    int64_t size = shape[dim], block = blockSizes[dim];
    if (dim < last) {
      for (int64_t i = 0; i < size; ++i)
        visitOuter(dim + 1, last, element * size + i,
                   group * groupShape[dim] + i / block, inner, visit);
      return;
    }
    int64_t begin = element * size * inner;
    int64_t firstGroup = group * groupShape[dim];
    if (block == 1 && inner == 1) {
      visit(Run{begin, size, firstGroup, 1});
      return;
    }
    for (int64_t i = 0; i < size; i += block)
      visit(Run{begin + i * inner, std::min(block, size - i) * inner,
                firstGroup + i / block, 0});
  }

  std::vector<int64_t> shape;
  std::vector<int64_t> blockSizes;
  std::vector<int64_t> groupShape;
};

} // namespace mlir::quant_ext::numerics

#endif // QUANTEXT_NUMERICS_LAYOUT_H
