// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.Message;
import dev.redrive.MessageStatus;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.QueueStats;
import dev.redrive.Receipt;
import dev.redrive.Redrive;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.GateTime;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.spi.Environment;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.trace.Tracer;
import dev.redrive.transport.memory.MemoryStore;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * An engine on virtual time, with a memory transport whose messages outlive it. Handlers run in the
 * test's thread too, unless it gives them an executor.
 */
final class World implements AutoCloseable {
  static final String QUEUE = "orders";

  /** Three attempts, one and then two seconds apart. */
  static final RetryPolicy THREE =
      RetryPolicy.builder()
          .backoff(Backoff.list(Duration.ofSeconds(1), Duration.ofSeconds(2)))
          .jitter(Jitter.none())
          .attempts(3)
          .build();

  private final VirtualTime time = new VirtualTime();
  private final MemoryStore store = new MemoryStore();
  private final Map<String, FakeBreaker> breakers = new HashMap<>();
  private final Journal journal = new Journal();
  private final long seed;
  private final Optional<Executor> handlers;
  private final UnaryOperator<Environment> spoil;
  private final Optional<Tracer> tracer;
  private VirtualProcess process;
  private MemoryTransport memory;
  private TroubledTransport transport;
  private Redrive redrive;
  private int openings;

  World() {
    this(0);
  }

  World(long seed) {
    this(seed, Optional.empty(), UnaryOperator.identity());
  }

  World(Executor handlers) {
    this(0, Optional.of(handlers), UnaryOperator.identity());
  }

  /** The engine runs out of memory when it is told to; the transport does not. */
  World(NoMemory memory) {
    this(0, Optional.empty(), memory::in);
  }

  World(Tracer tracer) {
    this(0, Optional.empty(), UnaryOperator.identity(), Optional.of(tracer));
  }

  private World(long seed, Optional<Executor> handlers, UnaryOperator<Environment> spoil) {
    this(seed, handlers, spoil, Optional.empty());
  }

  private World(
      long seed,
      Optional<Executor> handlers,
      UnaryOperator<Environment> spoil,
      Optional<Tracer> tracer) {
    this.tracer = tracer;
    this.seed = seed;
    this.handlers = handlers;
    this.spoil = spoil;
    this.process = process();
    this.memory = memory();
    this.transport = new TroubledTransport(memory);
    this.redrive = opened();
  }

  private VirtualProcess process() {
    return new VirtualProcess(time, 1_000_003 * seed + ++openings);
  }

  private MemoryTransport memory() {
    return new MemoryTransport(process.environment(), MemoryTransportConfig.defaults(), store);
  }

  private Redrive opened() {
    Environment environment = spoil.apply(process.environment());
    Engine.Builder builder =
        Engine.builder()
            .environment(environment)
            .handlers(handlers.orElse(environment.executor()))
            .transport(given -> transport)
            .breakers(this::breaker);
    tracer.ifPresent(builder::tracer);
    Redrive opened = builder.open();
    opened.listen(journal);
    return opened;
  }

  private Breaker breaker(String dependency, GateTime by) {
    FakeBreaker made = new FakeBreaker(dependency, by);
    breakers.put(dependency, made);
    return made;
  }

  /** The breaker of a dependency that a queue has named. */
  FakeBreaker breaker(String dependency) {
    return Optional.ofNullable(breakers.get(dependency)).orElseThrow();
  }

  /** Kills the process and starts another one on what the transport kept. */
  void crash() {
    process.kill();
    memory.kill();
    reopen();
  }

  /** Starts another process on what the transport kept. */
  void reopen() {
    process = process();
    memory = memory();
    transport = new TroubledTransport(memory);
    redrive = opened();
  }

  /** From now on every timer fires, as if each were cancelled just as it is about to. */
  void ignoreCancelling() {
    process.ignoreCancelling();
  }

  VirtualTime time() {
    return time;
  }

  TroubledTransport transport() {
    return transport;
  }

  Redrive redrive() {
    return redrive;
  }

  Journal journal() {
    return journal;
  }

  Instant now() {
    return time.instant();
  }

  /** Time since the beginning of the world. */
  Duration elapsed() {
    return Duration.between(VirtualTime.START, time.instant());
  }

  Queue<String> queue() {
    return queue(UnaryOperator.identity());
  }

  /** The queue, of {@link #THREE} attempts unless told otherwise. */
  Queue<String> queue(UnaryOperator<QueueOptions.Builder<String>> options) {
    return redrive.queue(
        options.apply(QueueOptions.builder(QUEUE, Codec.text()).policy(THREE)).build());
  }

  static Outgoing<String> message(String id) {
    return Outgoing.of("payload of " + id).id(id);
  }

  /** Sends messages of these ids. */
  void send(Queue<String> queue, String... ids) {
    for (String id : ids) {
      Receipt receipt = get(queue.send(message(id)));
      assertThat(receipt.isDuplicate()).isFalse();
    }
  }

  /** Runs what is ready, and gives the stage's result, which must be there then. */
  <R> R get(CompletionStage<R> stage) {
    CompletableFuture<R> future = stage.toCompletableFuture();
    time.runUntilIdle();
    assertThat(future).as("the stage's end").isDone();
    return future.join();
  }

  void advance(Duration by) {
    time.advance(by);
  }

  void run() {
    time.runUntilIdle();
  }

  QueueStats stats(Queue<String> queue) {
    QueueStats stats = get(queue.stats());
    assertThat(
            stats.succeeded()
                + stats.dead()
                + stats.purged()
                + stats.cancelled()
                + stats.waiting()
                + stats.running())
        .as("all that was sent is somewhere: %s", stats)
        .isEqualTo(stats.sent());
    return stats;
  }

  Optional<MessageStatus> find(Queue<String> queue, String id) {
    return get(queue.find(id));
  }

  DeadLetter dead(Queue<String> queue, String id) {
    return get(queue.deadLetters().find(id)).orElseThrow();
  }

  List<DeadLetter> dead(Queue<String> queue) {
    return get(queue.deadLetters().browse(DeadLetterFilter.all(), Optional.empty(), 1_000)).items();
  }

  @Override
  public void close() {
    redrive.close(Duration.ZERO);
    time.runUntilIdle();
  }

  /** A handler's log: which attempt of which message began when. */
  static final class Log {
    private final World world;
    private final List<String> attempts = new ArrayList<>();
    private final List<Duration> times = new ArrayList<>();

    Log(World world) {
      this.world = world;
    }

    /** Notes the attempt, and gives its number. */
    int note(Message<String> message) {
      attempts.add(message.id() + " " + message.attempt());
      times.add(world.elapsed());
      return message.attempt();
    }

    List<String> attempts() {
      return attempts;
    }

    List<Duration> times() {
      return times;
    }
  }

  Log log() {
    return new Log(this);
  }
}
