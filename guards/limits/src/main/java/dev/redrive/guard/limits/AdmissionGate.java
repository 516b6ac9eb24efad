// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.Event;
import dev.redrive.Listener;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateTime;
import dev.redrive.gate.Permit;
import dev.redrive.retry.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link DeadLetterAdmission} at work: a breaker that counts deaths, of which it hears as a
 * listener. Thread-safe.
 *
 * <p>Whether a message dies is known only when it is settled, perhaps after several attempts. So
 * while it tries, one message after another gets an attempt, one at a time and a second apart,
 * until one of them has succeeded or died.
 */
final class AdmissionGate implements Breaker, Listener {
  private static final Logger log = LoggerFactory.getLogger(AdmissionGate.class);
  private static final String NAME = "dead-letter admission";
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final int HOLD_FACTOR_MAX = 8;

  private final DeadLetterAdmission rule;
  private final String queue;
  private final GateTime time;
  private final Object lock = new Object();
  // All below is guarded by the lock.
  private final EndWindow window;
  private State state = State.CLOSED;
  // When it tries the next message, while it is open or half-open.
  private long next;
  private @Nullable Try running;
  private int holdFactor = 1;
  private String why = "";

  AdmissionGate(DeadLetterAdmission rule, String queue, GateTime time) {
    this.rule = rule;
    this.queue = queue;
    this.time = time;
    this.window = new EndWindow(rule.window(), now());
  }

  private long now() {
    return time.nanos().getAsLong();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Answer ask(Candidate candidate) {
    synchronized (lock) {
      return switch (state) {
        case CLOSED, FORCED_CLOSED -> new Answer.Pass(Permit.NONE);
        case FORCED_OPEN -> waits(BETWEEN_TRIES.toNanos());
        case OPEN, HALF_OPEN -> tries();
      };
    }
  }

  private Answer tries() {
    long left = next - now();
    if (left > 0) {
      return waits(left);
    }
    if (running != null) {
      return waits(BETWEEN_TRIES.toNanos());
    }
    Try started = new Try();
    Answer pass = new Answer.Pass(started);
    state = State.HALF_OPEN;
    running = started;
    return pass;
  }

  private Answer waits(long nanos) {
    return new Answer.Wait(Duration.ofNanos(nanos), NAME + ": " + why, Answer.Reach.QUEUE);
  }

  /** A message that is tried: the next one follows a moment after its attempt. */
  private final class Try implements Permit {
    @Override
    public void succeeded(Duration took) {
      end(BETWEEN_TRIES);
    }

    @Override
    public void failed(Throwable cause, Duration took) {
      end(BETWEEN_TRIES);
    }

    @Override
    public void unused() {
      end(Duration.ZERO);
    }

    private void end(Duration pause) {
      synchronized (lock) {
        if (running == this) {
          running = null;
          // A death that was told before has set a later time.
          next = state == State.HALF_OPEN ? now() + pause.toNanos() : next;
        }
      }
    }
  }

  @Override
  public void on(Event event) {
    if (event instanceof Event.Succeeded) {
      ended(false);
    } else if (event instanceof Event.Died died && isSpared(died.reason())) {
      ended(true);
    }
  }

  /** Whether messages that die so would live on if the queue were held. */
  private static boolean isSpared(Reason reason) {
    return reason != Reason.EXPIRED && reason != Reason.OVERFLOW;
  }

  private void ended(boolean isDeath) {
    synchronized (lock) {
      long now = now();
      window.add(isDeath, now);
      if (state == State.HALF_OPEN) {
        decide(isDeath, now);
      } else if (state == State.CLOSED && isTooMany(now)) {
        hold(now);
      }
    }
  }

  private void decide(boolean isDeath, long now) {
    if (isDeath) {
      holdFactor = Math.min(HOLD_FACTOR_MAX, holdFactor * 2);
      hold(now);
    } else {
      log.warn("queue {} goes on: the message that was tried succeeded", queue);
      begin(State.CLOSED);
    }
  }

  private boolean isTooMany(long now) {
    int deaths = window.deaths(now);
    return deaths >= rule.minimum() && deaths >= rule.share() * window.ends(now);
  }

  private void hold(long now) {
    Duration time = rule.hold().multipliedBy(holdFactor);
    why =
        window.deaths(now)
            + " of "
            + window.ends(now)
            + " messages that ended in the last "
            + rule.window().toSeconds()
            + " s died";
    state = State.OPEN;
    next = now + time.toNanos();
    log.error(
        "queue {} is held: {}; one message is tried in {} s. What they died of stands in their"
            + " dead letters",
        queue,
        why,
        time.toSeconds());
  }

  private void begin(State begun) {
    window.clear();
    state = begun;
    running = null;
    holdFactor = 1;
  }

  @Override
  public State state() {
    synchronized (lock) {
      return state;
    }
  }

  @Override
  public void force(boolean isOpen) {
    synchronized (lock) {
      why = "somebody holds it";
      begin(isOpen ? State.FORCED_OPEN : State.FORCED_CLOSED);
    }
  }

  /** Lets the queue go on and judges it anew, whoever held it: also if it did so by itself. */
  @Override
  public void release() {
    synchronized (lock) {
      begin(State.CLOSED);
    }
  }

  @Override
  public GateStatus status() {
    synchronized (lock) {
      return switch (state) {
        case CLOSED -> new GateStatus(GateStatus.State.PASSING, "");
        case FORCED_CLOSED -> new GateStatus(GateStatus.State.PASSING, "somebody lets all pass");
        case HALF_OPEN -> new GateStatus(GateStatus.State.HOLDING, why + "; tries one now");
        case OPEN, FORCED_OPEN -> new GateStatus(GateStatus.State.HOLDING, why);
      };
    }
  }
}
