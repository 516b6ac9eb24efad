// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.Settled;
import dev.redrive.retry.Reason;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.kafka.Question.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A process that takes the messages of one queue from a {@link FakeCluster}, on virtual time. Its
 * first subscription has asked for all there is, and what it is handed stays in an inbox.
 *
 * <p>Each call returns when the queue's thread rests. The thread of the transactions goes on by
 * itself: what comes of that is awaited.
 */
final class QueueScene implements AutoCloseable {
  static final int METADATA_MAX = 4_096;
  static final long PROCESS = 1;
  static final Duration GRACE = Duration.ofSeconds(2);
  static final Duration PATIENCE = Duration.ofSeconds(5);
  static final Duration LEASE = Duration.ofHours(1);
  static final Duration MOMENT = Duration.ofMillis(1);

  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final Names NAMES = new Names("redrive", Optional.empty());

  private final VirtualTime time = new VirtualTime();
  private final Stepper thread = new Stepper(time);
  private final FakeCluster cluster = new FakeCluster(time);
  private final List<FakeConsumer> members = new CopyOnWriteArrayList<>();
  private final List<InMessage> inbox = new CopyOnWriteArrayList<>();
  private final List<Settlement> counted = new CopyOnWriteArrayList<>();
  private final Transactions transactions;
  private final Consumption consumption;
  private final KafkaSubscription subscription;

  /** The queue has no order. */
  private static final class NothingParked implements Parking.Source {
    @Override
    public void follow(int partition, Parking.Listener listener) {
      throw new AssertionError("nothing is parked here");
    }

    @Override
    public void leave(int partition) {
      throw new AssertionError("nothing is parked here");
    }
  }

  /** A member with these partitions. */
  QueueScene(int... partitions) {
    this(Optional.empty(), partitions);
  }

  /**
   * @param sink instead of the inbox
   */
  QueueScene(Optional<Sink> sink, int... partitions) {
    this(sink, Optional.empty(), new NothingParked(), partitions);
  }

  /** An ordered queue. */
  static QueueScene inLine(OrderBy order, Parking.Source parked) {
    return new QueueScene(Optional.empty(), Optional.of(order), parked);
  }

  private QueueScene(
      Optional<Sink> sink, Optional<OrderBy> order, Parking.Source parked, int... partitions) {
    Environment environment = time.environment(1, time, thread::thread);
    KafkaTransportConfig config =
        KafkaTransportConfig.builder()
            .servers(List.of("fake:9092"))
            .requestTime(PATIENCE)
            .graceTime(GRACE)
            .build();
    transactions = new Transactions(() -> new FakeProducer(cluster), QueueScene::daemon);
    Copies copies = new Copies(FakeCluster.TOPIC, NAMES, PROCESS, new Route(NAMES), time);
    Member.Settings settings = new Member.Settings(PROCESS, METADATA_MAX, PATIENCE, order);
    Consumption.Parts parts =
        new Consumption.Parts() {
          @Override
          public Member member(Member.Owner owner) {
            return new Member(join(), FakeCluster.TOPIC, settings, owner);
          }

          @Override
          public Settler settler(Consumption of) {
            return new Settler(of, transactions, copies, config, counted::add);
          }

          @Override
          public Parking parking(Consumption of) {
            return new Parking(FakeCluster.TOPIC, PROCESS, parked, of);
          }
        };
    consumption = new Consumption(FakeCluster.TOPIC, environment, GRACE, parts, thread.tasks());
    consumption.start();
    subscription = subscribe(sink.orElse(inbox::addAll), LEASE);
    thread.rests();
    if (partitions.length > 0) {
      member().gives(partitions);
      thread.rests();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "transactions");
    thread.setDaemon(true);
    return thread;
  }

  private FakeConsumer join() {
    FakeConsumer member = new FakeConsumer(cluster, thread);
    members.add(member);
    return member;
  }

  FakeCluster cluster() {
    return cluster;
  }

  Consumption consumption() {
    return consumption;
  }

  KafkaSubscription subscription() {
    return subscription;
  }

  VirtualTime time() {
    return time;
  }

  /** One consumer more, which asks for all there is. */
  KafkaSubscription subscribe(Sink sink, Duration lease) {
    KafkaSubscription added = new KafkaSubscription(consumption, new SubscribeOptions(lease), sink);
    consumption.thread().execute(() -> consumption.add(added));
    added.request(1_000_000);
    return added;
  }

  /** The member that joined last. */
  FakeConsumer member() {
    return members.get(members.size() - 1);
  }

  int memberCount() {
    return members.size();
  }

  boolean isEnded() {
    return thread.isEnded();
  }

  void rests() {
    thread.rests();
  }

  /** Messages come into a partition. */
  void send(int partition, String... ids) {
    cluster.send(partition, ids);
    thread.stir();
    thread.rests();
  }

  /** A message comes from a sender whose clock shows this time. */
  void send(Instant at, String id) {
    cluster.sendAt(0, at, id);
    thread.stir();
    thread.rests();
  }

  /** The mark of a transaction comes into a partition. */
  void mark(int partition) {
    cluster.mark(partition);
    thread.stir();
    thread.rests();
  }

  /** Time passes, and what is to be done in it is done. */
  void pass(Duration by) {
    thread.rests();
    time.advance(by);
    thread.rests();
  }

  /** Lets time pass, moments and then more, until it holds. */
  void until(String what, BooleanSupplier condition) {
    AtomicInteger steps = new AtomicInteger();
    Poll.until(
        what,
        BOUND,
        () -> {
          thread.rests();
          if (condition.getAsBoolean()) {
            return true;
          }
          time.advance(MOMENT.multipliedBy(1 + steps.incrementAndGet() / 10));
          return false;
        });
  }

  /** The next question of this kind, as soon as it is asked. */
  Question asked(Call call) {
    until(call + " to be asked", () -> cluster.isAsked(call));
    return cluster.next(call).orElseThrow();
  }

  /** What was handed over, each message as often as it was. */
  List<String> handedOver() {
    return inbox.stream().map(InMessage::id).toList();
  }

  /** The message, as it was handed over last. */
  InMessage message(String id) {
    return inbox.stream()
        .filter(each -> each.id().equals(id))
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  Lease lease(String id) {
    return message(id).lease();
  }

  CompletableFuture<List<Settled>> begin(String... ids) {
    List<Lease> leases = new ArrayList<>();
    for (String id : ids) {
      leases.add(lease(id));
    }
    return asked(subscription.begin(leases));
  }

  /** Begins attempts; the cluster must not hold that back. */
  void begun(String... ids) {
    answers(begin(ids));
  }

  CompletableFuture<List<Settled>> ack(String id) {
    return settle(new Settlement.Ack(lease(id)));
  }

  /** A retry that comes in a second, and so goes to its topic at once. */
  CompletableFuture<List<Settled>> retry(String id) {
    return settle(new Settlement.Retry(lease(id), time.instant().plusSeconds(1), Map.of()));
  }

  CompletableFuture<List<Settled>> kill(String id) {
    return settle(
        new Settlement.Dead(
            lease(id), Reason.ATTEMPTS_EXHAUSTED, "it fails", "fails", 1, Map.of()));
  }

  CompletableFuture<List<Settled>> settle(Settlement... settlements) {
    return asked(subscription.settle(List.of(settlements)));
  }

  private CompletableFuture<List<Settled>> asked(CompletionStage<List<Settled>> question) {
    thread.rests();
    return question.toCompletableFuture();
  }

  /** The answer, as soon as there is one. */
  List<Settled> answers(CompletableFuture<List<Settled>> question) {
    until("an answer", question::isDone);
    return question.join();
  }

  /** The settlements that were told to hold. */
  List<Settlement> counted() {
    return counted;
  }

  /** Ends the thread of the transactions. */
  void endTransactions() {
    transactions.end();
  }

  /** Does what may block on a thread of its own, while time passes. */
  void aside(Runnable task) {
    CompletableFuture<Void> done = CompletableFuture.runAsync(task, each -> daemon(each).start());
    until("the end of it", done::isDone);
    done.join();
  }

  @Override
  public void close() {
    cluster.end(new TimeoutException("the test is over"));
    thread.stir();
    aside(consumption::end);
    transactions.end();
  }
}
