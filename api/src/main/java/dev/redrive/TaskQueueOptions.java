// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a {@link TaskQueue} behaves. Immutable.
 *
 * @param name its name, for threads and logs
 * @param policy what follows a failure
 * @param concurrency attempts that may run at once, 1 to 10,000
 * @param capacity tasks that may wait or run; more are refused
 * @param timeout after which an attempt has failed and its thread is interrupted
 */
public record TaskQueueOptions(
    String name, RetryPolicy policy, int concurrency, int capacity, Duration timeout) {

  /** Starts from the defaults: the default policy, 16 at once, 1,000,000 tasks, 30 seconds. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Collects options; {@link #build} checks them all at once. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private RetryPolicy policy = RetryPolicy.defaults();
    private int concurrency = 16;
    private int capacity = 1_000_000;
    private Duration timeout = Duration.ofSeconds(30);

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /** What follows a failure. */
    public Builder policy(RetryPolicy policy) {
      this.policy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** How many attempts may run at once, 1 to 10,000. */
    public Builder concurrency(int concurrency) {
      this.concurrency = concurrency;
      return this;
    }

    /** How many tasks may wait or run; more are refused. */
    public Builder capacity(int capacity) {
      this.capacity = capacity;
      return this;
    }

    /** After how long an attempt has failed and its thread is interrupted. */
    public Builder timeout(Duration timeout) {
      this.timeout = Objects.requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidOptionsException naming every mistake
     */
    public TaskQueueOptions build() {
      List<String> problems = new ArrayList<>();
      if (concurrency < 1 || concurrency > 10_000) {
        problems.add("concurrency must be 1 to 10000, not " + concurrency);
      }
      if (capacity < 1) {
        problems.add("capacity must be at least 1, not " + capacity);
      }
      if (timeout.isNegative() || timeout.isZero()) {
        problems.add("timeout must be positive, not " + timeout);
      }
      if (!problems.isEmpty()) {
        throw new InvalidOptionsException("task queue " + name, problems);
      }
      return new TaskQueueOptions(name, policy, concurrency, capacity, timeout);
    }
  }
}
