// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/**
 * Attempts that several queues of one Redrive share, so that together they run no more than so many
 * at once. While they want more than there are, each queue gets its part by its weight; what one
 * does not use is the others'. Immutable.
 *
 * <pre>{@code
 * WorkerPool pool = new WorkerPool("cpu", 8);
 * QueueOptions.builder("orders", codec).pool(pool, 3)    // three attempts of these
 * QueueOptions.builder("reports", codec).pool(pool, 1)   // for one of those
 * }</pre>
 *
 * @param name 1 to 100 characters; queues that name the same pool share it
 * @param concurrency attempts that may run at once in all its queues, 1 to 10,000. What is declared
 *     last counts for all
 */
public record WorkerPool(String name, int concurrency) {
  private static final int NAME_MAX = 100;
  private static final int CONCURRENCY_MAX = 10_000;

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if one is out of its bounds
   */
  public WorkerPool {
    if (name.isBlank() || name.length() > NAME_MAX) {
      throw new IllegalArgumentException("a pool's name must have 1 to 100 characters");
    }
    if (concurrency < 1 || concurrency > CONCURRENCY_MAX) {
      throw new IllegalArgumentException(
          "the concurrency of a pool must be 1 to 10000, not " + concurrency);
    }
  }

  /**
   * A queue's part of a pool.
   *
   * @param pool whose attempts it shares
   * @param weight how many it gets for one of a queue of weight 1, 1 to 1,000
   */
  public record Share(WorkerPool pool, int weight) {
    private static final int WEIGHT_MAX = 1_000;

    /**
     * Checks the weight.
     *
     * @throws IllegalArgumentException if it is out of its bounds
     */
    public Share {
      if (weight < 1 || weight > WEIGHT_MAX) {
        throw new IllegalArgumentException("a weight must be 1 to 1000, not " + weight);
      }
    }
  }
}
