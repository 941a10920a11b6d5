// Tiles that do not divide 37 x 53, and threads.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %tiles = transform.structured.match attributes {tiles} in %root : (!transform.any_op) -> !transform.any_op
    transform.foreach %tiles : !transform.any_op {
    ^bb0(%op: !transform.any_op):
      %outer, %rows, %columns = transform.structured.tile_using_for %op tile_sizes [5, 24] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
      %inner, %more = transform.structured.tile_using_for %outer tile_sizes [0, 7] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    }
    %threads = transform.structured.match attributes {threads} in %root : (!transform.any_op) -> !transform.any_op
    %tiled, %forall = transform.structured.tile_using_forall %threads num_threads [3, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
