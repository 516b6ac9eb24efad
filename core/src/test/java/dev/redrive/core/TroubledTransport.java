// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.DeadLetters;
import dev.redrive.MessageStatus;
import dev.redrive.QueueStats;
import dev.redrive.Settled;
import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Sink;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A transport that does what it should until a test wants trouble, and counts what is in flight.
 */
final class TroubledTransport implements Transport {
  /** What goes wrong with a call. */
  enum Trouble {
    NONE,
    THROWS,
    FAILS,
    STALE,
    UNKNOWN,
    DONE_BUT_UNKNOWN,
    ANSWERS_LATE,
    NEVER_ANSWERS,
    /** Of a list of settlements in which a message comes again or dies. */
    COPIES_NEVER_ANSWER
  }

  private final Transport transport;
  private final Set<Capability> missing = EnumSet.noneOf(Capability.class);
  private final List<Duration> renewals = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private Trouble atPublish = Trouble.NONE;
  private Trouble atBegin = Trouble.NONE;
  private Trouble atSettle = Trouble.NONE;
  private Trouble atRenew = Trouble.NONE;
  private int failingSubscriptions;
  private int subscriptionsGranted;
  private int failingRequests;
  private Optional<Haste> haste = Optional.empty();
  private boolean isProvisioningStuck;
  private boolean isOverlapping;
  private UnaryOperator<InMessage> forgery = UnaryOperator.identity();
  private int outstanding;
  private int asked;
  private int outstandingMost;
  private int subscriptions;
  private int settlements;

  TroubledTransport(Transport transport) {
    this.transport = transport;
  }

  void lack(Capability capability) {
    missing.add(capability);
  }

  void publishing(Trouble trouble) {
    atPublish = trouble;
  }

  void beginning(Trouble trouble) {
    atBegin = trouble;
  }

  void settling(Trouble trouble) {
    atSettle = trouble;
  }

  void renewing(Trouble trouble) {
    atRenew = trouble;
  }

  /** The next so many subscriptions, after so many that succeed, are refused. */
  void refuseSubscriptions(int after, int count) {
    subscriptionsGranted = after;
    failingSubscriptions = count;
  }

  /** The next so many requests throw. */
  void refuseRequests(int count) {
    failingRequests = count;
  }

  /** Hands over what it need not keep any longer. */
  void hurry(Haste made) {
    haste = Optional.of(made);
  }

  void stickProvisioning() {
    isProvisioningStuck = true;
  }

  /** Says that batches may overlap. */
  void overlap() {
    isOverlapping = true;
  }

  /** Messages are handed over changed. */
  void forge(UnaryOperator<InMessage> change) {
    forgery = change;
  }

  /** How many were requested or handed over and not settled, at most at once. */
  int outstandingMost() {
    return outstandingMost;
  }

  int outstanding() {
    return outstanding;
  }

  /** How many are asked for and have not come. */
  int asked() {
    return asked;
  }

  /** Subscriptions that are open. */
  int subscriptions() {
    return subscriptions;
  }

  /** Settlements that were asked for. */
  int settlements() {
    return settlements;
  }

  /** By how much leases were renewed. */
  List<Duration> renewals() {
    return renewals;
  }

  /** Gives the answers that were to come late. */
  void answerLate() {
    List<Runnable> due = List.copyOf(late);
    late.clear();
    due.forEach(Runnable::run);
  }

  private <R> CompletionStage<List<R>> troubled(
      Trouble trouble, Supplier<CompletionStage<List<R>>> call, List<R> stale, List<R> unknown) {
    return switch (trouble) {
      case NONE -> call.get();
      case THROWS -> throw new TransportException("planned");
      case FAILS -> CompletableFuture.failedStage(new TransportException("planned"));
      case STALE -> CompletableFuture.completedStage(stale);
      case UNKNOWN -> CompletableFuture.completedStage(unknown);
      case DONE_BUT_UNKNOWN -> call.get().thenApply(done -> unknown);
      case ANSWERS_LATE -> {
        CompletableFuture<List<R>> answer = new CompletableFuture<>();
        CompletableFuture<List<R>> real = call.get().toCompletableFuture();
        late.add(() -> answer.complete(real.join()));
        yield answer;
      }
      case NEVER_ANSWERS, COPIES_NEVER_ANSWER -> new CompletableFuture<>();
    };
  }

  @Override
  public Capabilities capabilities() {
    Capabilities real = transport.capabilities();
    Set<Capability> features = EnumSet.noneOf(Capability.class);
    features.addAll(real.features());
    features.removeAll(missing);
    if (isOverlapping) {
      features.add(Capability.PIPELINED_BATCHES);
    }
    Capabilities lacking =
        new Capabilities(
            real.durability(),
            real.retryMove(),
            real.deadMove(),
            real.minDelay(),
            real.maxDelay(),
            real.granularity(),
            features);
    return haste.map(each -> each.capabilities(lacking)).orElse(lacking);
  }

  @Override
  public CompletionStage<Void> provision(QueueSpec queue) {
    return isProvisioningStuck ? new CompletableFuture<>() : transport.provision(queue);
  }

  @Override
  public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
    List<OutMessage> sent =
        batch.stream()
            .map(message -> haste.map(each -> each.published(message)).orElse(message))
            .toList();
    return troubled(atPublish, () -> transport.publish(queue, sent), List.of(), List.of());
  }

  @Override
  public Subscription subscribe(String queue, SubscribeOptions options, Sink sink) {
    if (subscriptionsGranted-- <= 0 && failingSubscriptions-- > 0) {
      throw new TransportException("planned");
    }
    subscriptions++;
    return new Troubled(queue, options, sink);
  }

  @Override
  public DeadLetters deadLetters(String queue) {
    return transport.deadLetters(queue);
  }

  @Override
  public CompletionStage<Optional<MessageStatus>> find(String queue, String id) {
    return transport.find(queue, id);
  }

  @Override
  public CompletionStage<Boolean> cancel(String queue, String id) {
    return transport.cancel(queue, id);
  }

  @Override
  public CompletionStage<QueueStats> stats(String queue) {
    return transport.stats(queue);
  }

  @Override
  public void onState(Consumer<TransportState> listener) {
    transport.onState(listener);
  }

  @Override
  public void close() {
    transport.close();
  }

  private final class Troubled implements Subscription {
    private final Subscription subscription;
    private int credit;
    private boolean isClosed;

    Troubled(String queue, SubscribeOptions options, Sink sink) {
      this.subscription = transport.subscribe(queue, options, messages -> accept(sink, messages));
    }

    private void accept(Sink sink, List<InMessage> messages) {
      credit -= messages.size();
      asked -= messages.size();
      sink.accept(
          messages.stream()
              .map(message -> haste.map(each -> each.handedOver(message)).orElse(message))
              .map(forgery)
              .toList());
    }

    @Override
    public void request(int n) {
      if (failingRequests-- > 0) {
        throw new TransportException("planned");
      }
      credit += n;
      asked += n;
      outstanding += n;
      outstandingMost = Math.max(outstandingMost, outstanding);
      subscription.request(n);
    }

    @Override
    public CompletionStage<List<Settled>> begin(List<Lease> leases) {
      return answer(atBegin, leases.size(), () -> subscription.begin(leases));
    }

    @Override
    public CompletionStage<List<Settled>> settle(List<Settlement> batch) {
      outstanding -= batch.size();
      settlements += batch.size();
      List<Settlement> asked =
          batch.stream()
              .map(settlement -> haste.map(each -> each.settled(settlement)).orElse(settlement))
              .toList();
      boolean isSpared =
          atSettle == Trouble.COPIES_NEVER_ANSWER
              && batch.stream().allMatch(Settlement.Ack.class::isInstance);
      return answer(
          isSpared ? Trouble.NONE : atSettle, batch.size(), () -> subscription.settle(asked));
    }

    @Override
    public CompletionStage<List<Settled>> renew(List<Lease> leases, Duration by) {
      renewals.add(by);
      return answer(atRenew, leases.size(), () -> subscription.renew(leases, by));
    }

    private CompletionStage<List<Settled>> answer(
        Trouble trouble, int count, Supplier<CompletionStage<List<Settled>>> call) {
      return troubled(
          trouble,
          call,
          Collections.nCopies(count, Settled.STALE),
          Collections.nCopies(count, Settled.UNKNOWN));
    }

    @Override
    public CompletionStage<Void> drain() {
      // What was requested and did not come never comes.
      outstanding -= credit;
      asked -= credit;
      credit = 0;
      return subscription.drain();
    }

    @Override
    public void close() {
      if (!isClosed) {
        isClosed = true;
        subscriptions--;
      }
      subscription.close();
    }
  }
}
