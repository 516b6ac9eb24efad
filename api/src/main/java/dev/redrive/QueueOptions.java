// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import dev.redrive.gate.GateFactory;
import dev.redrive.gate.Guards;
import dev.redrive.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How a queue behaves. Immutable.
 *
 * <pre>{@code
 * QueueOptions.builder("orders", JsonCodec.of(Order.class))
 *     .concurrency(32)
 *     .policy(RetryPolicy.builder().attempts(5).build())
 *     .build();
 * }</pre>
 *
 * @param name 1 to 100 characters: letters, digits, {@code . _ -}, the first a letter or digit
 * @param codec how payloads become bytes
 * @param policy what follows a failure
 * @param concurrency attempts that may run at once in a worker, 1 to 10,000
 * @param timeout after which an attempt has failed
 * @param isOrdered true if messages of one key are processed one after another
 * @param successors of an ordered queue, what becomes of those behind a dead message
 * @param maxWaiting messages that may wait; more are refused; empty for no limit
 * @param dedupWindow how long the id of a message that ended is remembered, where the transport
 *     remembers ids at all ({@link Queue#isDeduplicated})
 * @param guards what stands in front of attempts
 * @param choice which message in hand comes next
 * @param pool the attempts that it shares with other queues; empty if it has its own
 * @param onDeadLetter told of each message that died, once it is safe among the dead letters
 * @param idempotency how duplicates are kept from having an effect; empty if they are handled
 * @param <T> the payload's type
 */
public record QueueOptions<T>(
    String name,
    Codec<T> codec,
    RetryPolicy policy,
    int concurrency,
    Duration timeout,
    boolean isOrdered,
    Successors successors,
    OptionalLong maxWaiting,
    Duration dedupWindow,
    Guards guards,
    Choice choice,
    Optional<WorkerPool.Share> pool,
    Consumer<DeadLetter> onDeadLetter,
    Optional<Idempotency<? super T>> idempotency) {

  /** Starts from the defaults: the default policy, 16 at once, 30 seconds, 24 hours of memory. */
  public static <T> Builder<T> builder(String name, Codec<T> codec) {
    return new Builder<>(name, codec);
  }

  /**
   * The same with idempotency.
   *
   * @throws InvalidOptionsException naming every mistake
   */
  public QueueOptions<T> withIdempotency(Idempotency<? super T> other) {
    QueueOptions<T> options =
        new QueueOptions<>(
            name,
            codec,
            policy,
            concurrency,
            timeout,
            isOrdered,
            successors,
            maxWaiting,
            dedupWindow,
            guards,
            choice,
            pool,
            onDeadLetter,
            Optional.of(other));
    QueueOptionsCheck.check(options);
    return options;
  }

  /** The same with its part of a pool, or with attempts of its own. */
  public QueueOptions<T> withPool(Optional<WorkerPool.Share> other) {
    return new QueueOptions<>(
        name,
        codec,
        policy,
        concurrency,
        timeout,
        isOrdered,
        successors,
        maxWaiting,
        dedupWindow,
        guards,
        choice,
        other,
        onDeadLetter,
        idempotency);
  }

  /** Collects options; {@link #build} checks them all at once. Not thread-safe. */
  public static final class Builder<T> {
    private final String name;
    private final Codec<T> codec;
    private RetryPolicy policy = RetryPolicy.defaults();
    private int concurrency = 16;
    private Duration timeout = Duration.ofSeconds(30);
    private boolean isOrdered;
    private Successors successors = Successors.WAIT;
    private OptionalLong maxWaiting = OptionalLong.empty();
    private Duration dedupWindow = Duration.ofHours(24);
    private Guards guards = Guards.NONE;
    private Choice choice = Choice.defaults();
    private Optional<WorkerPool.Share> pool = Optional.empty();
    private Consumer<DeadLetter> onDeadLetter = letter -> {};
    private Optional<Idempotency<? super T>> idempotency = Optional.empty();

    private Builder(String name, Codec<T> codec) {
      this.name = Objects.requireNonNull(name, "name");
      this.codec = Objects.requireNonNull(codec, "codec");
    }

    /** What follows a failure. */
    public Builder<T> policy(RetryPolicy policy) {
      this.policy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** How many attempts may run at once in a worker, 1 to 10,000. */
    public Builder<T> concurrency(int concurrency) {
      this.concurrency = concurrency;
      return this;
    }

    /** After how long an attempt has failed. */
    public Builder<T> timeout(Duration timeout) {
      this.timeout = Objects.requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Processes messages of one key one after another (promise P9); those behind a dead one wait
     * for it.
     */
    public Builder<T> ordered() {
      return ordered(Successors.WAIT);
    }

    /** The same, and says what becomes of those behind a dead one. */
    public Builder<T> ordered(Successors successors) {
      this.isOrdered = true;
      this.successors = Objects.requireNonNull(successors, "successors");
      return this;
    }

    /** How many messages may wait; more are refused. */
    public Builder<T> maxWaiting(long maxWaiting) {
      this.maxWaiting = OptionalLong.of(maxWaiting);
      return this;
    }

    /** How long the id of a message that ended is remembered, to recognise it when sent again. */
    public Builder<T> dedupWindow(Duration dedupWindow) {
      this.dedupWindow = Objects.requireNonNull(dedupWindow, "dedupWindow");
      return this;
    }

    /**
     * What stands in front of each attempt, asked in this order. A message that is kept waiting has
     * made no attempt.
     */
    public Builder<T> gates(GateFactory... gates) {
      this.guards = guards.withGates(List.of(gates));
      return this;
    }

    /**
     * What the handlers call, for example a host: while its circuit breaker is open, messages are
     * held. Needs breakers, which Redrive is opened with.
     */
    public Builder<T> dependency(String name) {
      this.guards = guards.withDependency(name);
      return this;
    }

    /** Which of the messages that a worker has in hand comes next, and how many it has. */
    public Builder<T> choice(Choice choice) {
      this.choice = Objects.requireNonNull(choice, "choice");
      return this;
    }

    /**
     * Shares these attempts with the other queues that name this pool: while they want more than
     * there are, it gets so many for one of a queue of weight 1. No more than its own concurrency
     * run of it all the same.
     */
    public Builder<T> pool(WorkerPool pool, int weight) {
      this.pool = Optional.of(new WorkerPool.Share(pool, weight));
      return this;
    }

    /**
     * Told of each message that died, once it is safe among the dead letters. At least once per
     * death while this process lives; not told again after a restart.
     */
    public Builder<T> onDeadLetter(Consumer<DeadLetter> onDeadLetter) {
      this.onDeadLetter = Objects.requireNonNull(onDeadLetter, "onDeadLetter");
      return this;
    }

    /** Keeps duplicates from having an effect: what was done under a key is not done again. */
    public Builder<T> idempotency(Idempotency<? super T> idempotency) {
      this.idempotency = Optional.of(idempotency);
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidOptionsException naming every mistake
     */
    public QueueOptions<T> build() {
      QueueOptions<T> options =
          new QueueOptions<>(
              name,
              codec,
              policy,
              concurrency,
              timeout,
              isOrdered,
              successors,
              maxWaiting,
              dedupWindow,
              guards,
              choice,
              pool,
              onDeadLetter,
              idempotency);
      QueueOptionsCheck.check(options);
      return options;
    }
  }
}
