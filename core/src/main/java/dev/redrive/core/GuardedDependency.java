// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Dependency;
import dev.redrive.gate.DependencyStatus;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.Permit;
import dev.redrive.spi.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dependency: its breaker, the {@link Ramp} that follows an outage, and the queues that wait for
 * it. A breaker changes only while it is asked, told or forced, all of which goes through here; so
 * each change is seen.
 */
final class GuardedDependency implements Dependency {
  private static final Logger log = LoggerFactory.getLogger(GuardedDependency.class);

  private final String name;
  private final Breaker breaker;
  private final Environment environment;
  private final EventHub events;
  private final Front front = new Front(Answer.Reach.QUEUE);
  private final Front frontOfEach = new Front(Answer.Reach.MESSAGE);
  private final Ramp ramp = new Ramp();
  private final Slots slots = new Slots();
  // By queue: what wakes it.
  private final Map<String, Runnable> users = new ConcurrentSkipListMap<>();
  private final Object lock = new Object();
  // Guarded by the lock.
  private final SteadyRate steady = new SteadyRate();
  private volatile Phase phase;

  private record Phase(Breaker.State state, Instant since, String reason) {}

  GuardedDependency(String name, Breaker breaker, Environment environment, EventHub events) {
    this.name = name;
    this.breaker = breaker;
    this.environment = environment;
    this.events = events;
    this.phase = new Phase(breaker.state(), environment.clock().instant(), "");
  }

  /** Adds a queue that waits for it. */
  void usedBy(String queue, Runnable wake) {
    users.put(queue, wake);
  }

  void notUsedBy(String queue) {
    users.remove(queue);
  }

  /** The gate before queues all of whose messages need it. */
  Front front() {
    return front;
  }

  /** The gate before messages of queues of which not all need it. */
  Front frontOfEach() {
    return frontOfEach;
  }

  /** The breaker with its ramp, as a gate. */
  final class Front implements Gate {
    private final Answer.Reach reach;

    private Front(Answer.Reach reach) {
      this.reach = reach;
    }

    GuardedDependency dependency() {
      return GuardedDependency.this;
    }

    @Override
    public String name() {
      return breaker.name();
    }

    @Override
    public Answer ask(Candidate candidate) {
      Answer answer = GuardedDependency.this.ask(candidate);
      return answer instanceof Answer.Wait wait ? within(wait) : answer;
    }

    private Answer.Wait within(Answer.Wait wait) {
      Duration time = reach == Answer.Reach.QUEUE ? wait.time() : spread(wait.time());
      return new Answer.Wait(time, wait.why(), reach);
    }

    @Override
    public GateStatus status() {
      return GuardedDependency.this.gateStatus();
    }

    @Override
    public String toString() {
      return name();
    }
  }

  private Duration spread(Duration wait) {
    long now = now();
    return Duration.ofNanos(slots.take(now + wait.toNanos(), ramp.expected()) - now);
  }

  private long now() {
    return environment.timers().nanoTime();
  }

  private Answer ask(Candidate candidate) {
    if (ramp.isOn() && isPassing(breaker.state())) {
      long wait = ramp.ask(now());
      if (wait > 0) {
        return new Answer.Wait(
            Duration.ofNanos(wait), "dependency " + name + " is coming back", Answer.Reach.QUEUE);
      }
    }
    // Made first: a permit that there is no memory to remember would never be told.
    Watched watched = new Watched();
    Answer.Pass pass = new Answer.Pass(watched);
    Answer answer = breaker.ask(candidate);
    if (answer instanceof Answer.Pass passed) {
      watched.permit = passed.permit();
    }
    try {
      observe("");
    } catch (Throwable failure) {
      // A canary that nobody hears of again would keep the breaker half-open.
      watched.permit.unused();
      throw failure;
    }
    if (answer instanceof Answer.Pass) {
      return pass;
    }
    return new Answer.Wait(
        ((Answer.Wait) answer).time(),
        "dependency " + name + " is " + told(breaker.state()),
        Answer.Reach.QUEUE);
  }

  private static String told(Breaker.State state) {
    return switch (state) {
      case CLOSED, FORCED_CLOSED -> "busy";
      case OPEN -> "down";
      case HALF_OPEN -> "being tried";
      case FORCED_OPEN -> "held by a person";
    };
  }

  /** A permit of the breaker's, whose end may change it. */
  private final class Watched implements Permit {
    private Permit permit = NONE;

    @Override
    public void succeeded(Duration took) {
      permit.succeeded(took);
      synchronized (lock) {
        steady.succeeded(now());
      }
      observe("attempts succeed again");
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      permit.failed(cause, took);
      observe(FailureText.brief(cause));
    }

    @Override
    public void unused() {
      permit.unused();
      observe("");
    }
  }

  /** An attempt for which it was not asked succeeded, and may have called it. Throws nothing. */
  void succeeded(Candidate candidate, Duration took) {
    try {
      unasked(candidate).succeeded(took);
    } catch (Throwable failure) {
      log.error("the breaker of dependency {} failed when it was told", name, failure);
    }
  }

  /** An attempt for which it was not asked failed of it. Throws nothing. */
  void failed(Candidate candidate, Throwable cause, Duration took) {
    try {
      unasked(candidate).failed(cause, took);
    } catch (Throwable failure) {
      log.error("the breaker of dependency {} failed when it was told", name, failure);
    }
  }

  // An open breaker knows already, and of a half-open one its canaries decide.
  private Permit unasked(Candidate candidate) {
    if (!isPassing(breaker.state())) {
      return Permit.NONE;
    }
    Watched watched = new Watched();
    if (breaker.ask(candidate) instanceof Answer.Pass pass) {
      watched.permit = pass.permit();
    }
    return watched;
  }

  private static boolean isPassing(Breaker.State state) {
    return state == Breaker.State.CLOSED || state == Breaker.State.FORCED_CLOSED;
  }

  /** Looks whether the breaker has changed, and tells of it. */
  private void observe(String reason) {
    // Again, as it may change while this is told.
    for (Breaker.State state = breaker.state(); state != phase.state(); state = breaker.state()) {
      enter(new Phase(state, environment.clock().instant(), reason));
    }
  }

  private void enter(Phase next) {
    Breaker.State before;
    synchronized (lock) {
      before = phase.state();
      if (before == next.state()) {
        return;
      }
      // One way of being closed may follow another, in the middle of the ramp.
      if (isPassing(before) && !isPassing(next.state())) {
        ramp.end(steady.perSecond());
      }
      if (isPassing(next.state()) && !isPassing(before)) {
        ramp.begin(now());
      }
      phase = next;
    }
    tell(next, before);
  }

  private void tell(Phase next, Breaker.State before) {
    log.info(
        "the breaker of dependency {} is {}, it was {}: {}",
        name,
        next.state(),
        before,
        next.reason());
    for (String queue : users.keySet()) {
      events.tell(
          () ->
              new Event.DependencyChanged(queue, next.since(), name, next.state(), next.reason()));
    }
    if (isPassing(next.state())) {
      users.values().forEach(Runnable::run);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DependencyStatus status() {
    Phase now = phase;
    return new DependencyStatus(
        now.state(),
        now.since(),
        now.reason(),
        breaker.status().detail(),
        List.copyOf(users.keySet()));
  }

  private GateStatus gateStatus() {
    GateStatus own = breaker.status();
    return isPassing(breaker.state()) && ramp.isOn()
        ? new GateStatus(GateStatus.State.LIMITING, "coming back; " + own.detail())
        : own;
  }

  @Override
  public void open(String reason) {
    breaker.force(true);
    observe(reason);
  }

  @Override
  public void close(String reason) {
    breaker.force(false);
    observe(reason);
  }

  @Override
  public void release(String reason) {
    breaker.release();
    observe(reason);
  }
}
