// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Redrive;
import dev.redrive.TransportState;
import dev.redrive.it.Audit.Numbering;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.FaultProxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A flow over a broker, from its beginning to the empty queues at its end. */
final class BrokerFlow implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BrokerFlow.class);
  private static final Duration BOUND = Duration.ofSeconds(90);
  private static final int PROGRESS = 100;

  private final InstantSource clock = InstantSource.system();
  private final Broker broker;
  private final FlowPlan plan;
  private final Accounting books;
  private final Redrive sending;
  private final Flow flow;

  BrokerFlow(String queue, Broker broker) {
    this(queue, broker, Sabotage.NONE);
  }

  /** With a sender of which something is wrong. */
  BrokerFlow(String queue, Broker broker, Sabotage sabotage) {
    this.broker = broker;
    this.plan = new FlowPlan(queue, Scale.seed());
    this.books = new Accounting(plan);
    this.sending = sabotage.open(broker.uri(), plan, new Watch(Reach.SENDS, books));
    this.flow = new Flow(sending, plan, books);
  }

  boolean isIn(TransportState state) {
    return sending.state() == state;
  }

  /** The senders wait, and the broker has nothing that is not settled. */
  void quiet() {
    flow.pause();
    Poll.until("the senders to wait", BOUND, flow::isAtRest);
    awaitEmpty();
  }

  void goOn() {
    flow.resume();
  }

  private void awaitAcknowledged(int more) {
    int count = books.acknowledgedCount() + more;
    Poll.until(
        more + " messages to be acknowledged", BOUND, () -> books.acknowledgedCount() >= count);
  }

  private void awaitSettled(int more) {
    int count = books.settledCount() + more;
    Poll.until(more + " attempts to be settled", BOUND, () -> books.settledCount() >= count);
  }

  private Crew localCrew() {
    Redrive working = Sabotage.NONE.open(broker.uri(), plan, new Watch(Reach.ATTEMPTS, books));
    return new LocalCrew(working, plan, books, broker.countsAll());
  }

  /** Kills a node of the broker. */
  void kill(Runnable node) {
    Instant from = clock.instant();
    node.run();
    books.cut(new Window(Reach.BROKER, from, clock.instant()));
  }

  /**
   * From now on, and until what is returned runs, something may cut off attempts, though their
   * worker lives and has its connection.
   */
  Runnable cuttingOff() {
    Instant from = clock.instant();
    return () -> books.cut(new Window(Reach.ATTEMPTS, from, clock.instant()));
  }

  /** The worker is in this process. */
  Audit runWithLocalCrew(Scale scale, Fault fault) {
    try (Crew crew = localCrew()) {
      FaultRun run = new FaultRun(flow, scale);
      run.strike(plan.queue(), fault);
      return verify(run, crew, Numbering.WITHOUT_GAPS);
    }
  }

  /**
   * Of two workers, one is in a process of its own, which stands still until the other has all that
   * it had.
   *
   * @param isAlone whether the broker believes in one of them only
   */
  Audit runWithFrozenCrew(Scale scale, BooleanSupplier isAlone) {
    try (Crew other = localCrew();
        WorkerProcess frozen = new WorkerProcess(broker.uri(), plan, Sabotage.NONE, books)) {
      FaultRun run = new FaultRun(flow, scale);
      run.strike(plan.queue(), new FreezingFault(frozen, isAlone));
      Audit audit = verify(run, other, Numbering.OF_SEVERAL);
      frozen.verify();
      return audit;
    }
  }

  /** As {@link #runWithLocalCrew}; what is lost is not waited for, and nothing is verified. */
  Audit auditWithLocalCrew(Scale scale, Fault fault) {
    try (Crew crew = localCrew()) {
      FaultRun run = new FaultRun(flow, scale);
      run.strike(plan.queue(), fault);
      awaitEmpty();
      crew.verify();
      return run.audit();
    }
  }

  /**
   * Some messages are sent while there is a connection, and some while there is none. What was sent
   * before a loss the transport sends again; of what is sent after it, only its answer tells.
   */
  Audit auditSendsWithoutConnection(FaultProxy proxy, int with, int without) {
    try (Crew crew = localCrew()) {
      flow.start();
      awaitAcknowledged(with);
      quiet();
      proxy.cut();
      Poll.until("the loss", BOUND, () -> isIn(TransportState.DOWN));
      goOn();
      awaitAcknowledged(without);
      flow.end();
      proxy.heal();
      Poll.until("a connection", BOUND, () -> isIn(TransportState.UP));
      awaitEmpty();
      crew.verify();
      return new Audit(books);
    }
  }

  /** As {@link #runWithKilledCrew}; what is lost is not waited for, and nothing is verified. */
  Audit auditWithKilledCrew(Scale scale, Sabotage sabotage) {
    CrewFault fault = new CrewFault(sabotage);
    try {
      FaultRun run = new FaultRun(flow, scale);
      run.strike(plan.queue(), fault);
      awaitEmpty();
      fault.crew.verify();
      return run.audit();
    } finally {
      fault.crew.close();
    }
  }

  /** The worker is in a process of its own, which is killed. */
  Audit runWithKilledCrew(Scale scale, Sabotage sabotage) {
    CrewFault fault = new CrewFault(sabotage);
    try {
      FaultRun run = new FaultRun(flow, scale);
      run.strike(plan.queue(), fault);
      return verify(
          run, fault.crew, broker.marksAttempts() ? Numbering.RISING : Numbering.WITHOUT_GAPS);
    } finally {
      fault.crew.close();
    }
  }

  private Audit verify(FaultRun run, Crew crew, Numbering numbering) {
    try {
      run.awaitDone();
    } catch (AssertionError late) {
      throw new AssertionError(run.audit() + " " + run.audit().lost() + broker.left(), late);
    }
    awaitEmpty();
    Audit audit = run.audit();
    log.warn("{}: {}", plan.queue(), audit);
    audit.verify(numbering);
    if (broker.fences()) {
      audit.verifySettledOnce();
    }
    run.verifyRest(audit);
    crew.verify();
    return audit;
  }

  /** The broker itself is asked, not the engine, and for as long as its answers may be old. */
  private void awaitEmpty() {
    Lull lull = new Lull();
    try {
      Poll.until(
          "the queues to be empty",
          BOUND,
          () -> {
            Instant asked = clock.instant();
            return lull.hasLasted(broker.waiting(plan.queue()) == 0, asked);
          });
    } catch (AssertionError late) {
      throw new AssertionError(broker.left(), late);
    }
  }

  private final class Lull {
    private Instant since = Instant.MAX;

    boolean hasLasted(boolean isEmpty, Instant asked) {
      if (!isEmpty) {
        since = Instant.MAX;
      } else if (asked.isBefore(since)) {
        since = asked;
      }
      return since.isBefore(asked.minus(broker.oldest()));
    }
  }

  private final class FreezingFault implements Fault {
    private final WorkerProcess crew;
    private final BooleanSupplier isAlone;
    private Runnable cut = () -> {};

    FreezingFault(WorkerProcess crew, BooleanSupplier isAlone) {
      this.crew = crew;
      this.isAlone = isAlone;
    }

    @Override
    public void strike(SplittableRandom random) {
      Poll.until("both to work", BOUND, () -> !isAlone.getAsBoolean());
      cut = cuttingOff();
      crew.freeze();
      Poll.until("the broker to believe in one of them", BOUND, isAlone);
      awaitSettled(PROGRESS);
    }

    @Override
    public void heal() {
      crew.thaw();
      cut.run();
    }
  }

  private final class CrewFault implements Fault {
    private final Sabotage sabotage;
    private WorkerProcess crew;

    CrewFault(Sabotage sabotage) {
      this.sabotage = sabotage;
      this.crew = new WorkerProcess(broker.uri(), plan, sabotage, books);
    }

    @Override
    public void strike(SplittableRandom random) {
      crew.kill();
    }

    @Override
    public void heal() {
      crew = new WorkerProcess(broker.uri(), plan, sabotage, books);
    }
  }

  @Override
  public void close() {
    flow.close();
  }
}
