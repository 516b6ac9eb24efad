// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Redrive;
import dev.redrive.gate.Answer;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateStatus;
import dev.redrive.gate.GateView;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in front of a queue's attempts: its own gates in their order, then the breaker of its
 * dependency, then that of the dependency which a message's last failure was put down to.
 * Immutable; a queue that is declared anew gets another one, with the gates that stay.
 */
final class Gates {
  /** For queues without any. */
  static final Gates NONE = new Gates("", List.of(), Optional.empty(), Map.of(), key -> {});

  private static final Logger log = LoggerFactory.getLogger(Gates.class);
  // Made once: what is broken may be memory.
  private static final Answer.Wait BROKEN =
      new Answer.Wait(Duration.ofSeconds(1), "a gate failed", Answer.Reach.QUEUE);

  /** A gate, what made it, and that it hears of events. */
  record Made(GateFactory factory, Gate gate, Redrive.Registration hearing) {}

  private final String queue;
  private final List<Made> own;
  private final Optional<GuardedDependency> dependency;
  private final Map<String, GuardedDependency> named;
  private final Consumer<String> ended;
  private final Gate[] always;

  /**
   * Puts these in front of the queue.
   *
   * @param named the dependencies that the queue's policy may put a failure down to, by name
   * @param ended told when an attempt has ended, with its key or an empty text; throws nothing
   */
  Gates(
      String queue,
      List<Made> own,
      Optional<GuardedDependency> dependency,
      Map<String, GuardedDependency> named,
      Consumer<String> ended) {
    this.queue = queue;
    this.own = own;
    this.dependency = dependency;
    this.named = named;
    this.ended = ended;
    List<Gate> all = new ArrayList<>();
    own.forEach(made -> all.add(made.gate()));
    dependency.ifPresent(each -> all.add(each.front()));
    this.always = all.toArray(Gate[]::new);
  }

  /** True if nothing stands there: then nothing need be asked. */
  boolean isNone() {
    return always.length == 0 && named.isEmpty();
  }

  List<Made> own() {
    return own;
  }

  /** Null if the message has passed, and then carries its passage; else how long it waits. */
  Answer.@Nullable Wait ask(Handed message) {
    Passage passage;
    Candidate candidate;
    try {
      candidate = candidate(message);
      passage = new Passage(this, candidate, always.length + 1);
    } catch (Throwable failure) {
      log.error("message {} cannot be shown to the gates", message.in().id(), failure);
      return BROKEN;
    }
    for (Gate gate : always) {
      Answer.Wait wait = ask(gate, candidate, passage);
      if (wait != null) {
        return wait;
      }
    }
    Gate last = blamed(message);
    Answer.Wait wait = last == null ? null : ask(last, candidate, passage);
    if (wait == null) {
      message.pass(passage);
    }
    return wait;
  }

  private @Nullable Gate blamed(Handed message) {
    if (named.isEmpty()) {
      return null;
    }
    String name = message.in().headers().get(WireHeaders.DEPENDENCY);
    GuardedDependency blamed = name == null ? null : named.get(name);
    return blamed == null || dependency.filter(blamed::equals).isPresent()
        ? null
        : blamed.frontOfEach();
  }

  private static Answer.@Nullable Wait ask(Gate gate, Candidate candidate, Passage passage) {
    Answer answer;
    try {
      answer = gate.ask(candidate);
    } catch (Throwable failure) {
      log.error("the gate {} failed, its messages wait a moment", gate, failure);
      answer = BROKEN;
    }
    if (answer instanceof Answer.Pass pass) {
      passage.add(gate, pass.permit());
      return null;
    }
    passage.refused();
    return answer instanceof Answer.Wait wait ? wait : BROKEN;
  }

  private Candidate candidate(Handed message) {
    return new Candidate(
        queue, message.in().id(), message.key(), message.in().attempt(), message.userHeaders());
  }

  /**
   * Whether a failure says nothing about this gate: a dependency that another one is blamed before,
   * or that nobody blames and the message only waited for.
   */
  boolean isSpared(Gate gate, Optional<String> culprit) {
    if (!(gate instanceof GuardedDependency.Front front)) {
      return false;
    }
    GuardedDependency asked = front.dependency();
    return culprit
        .map(name -> !name.equals(asked.name()))
        .orElseGet(() -> dependency.filter(asked::equals).isEmpty());
  }

  /**
   * An attempt succeeded. It may have called each dependency that the policy names, so that counts
   * for those as well; else their breakers would hear of failures alone.
   */
  void succeeded(Candidate candidate, Passage passage, Duration took) {
    for (GuardedDependency each : named.values()) {
      if (!isAsked(each, passage)) {
        each.succeeded(candidate, took);
      }
    }
  }

  /** An attempt failed, which may be put down to a dependency that it was not asked for. */
  void failed(
      Candidate candidate,
      Passage passage,
      Throwable cause,
      Duration took,
      Optional<String> culprit) {
    GuardedDependency blamed = culprit.map(named::get).orElse(null);
    if (blamed != null && !isAsked(blamed, passage)) {
      blamed.failed(candidate, cause, took);
    }
  }

  private static boolean isAsked(GuardedDependency dependency, Passage passage) {
    return passage.has(dependency.front()) || passage.has(dependency.frontOfEach());
  }

  /** An attempt has ended, and others may pass now. Throws nothing. */
  void ended(Candidate candidate) {
    try {
      ended.accept(candidate.key().orElse(""));
    } catch (Throwable noMemory) {
      // Who waits asks again when its wait is over.
    }
  }

  /** Has those of the queue's own gates go on that had stopped it by themselves. */
  void release() {
    for (Made made : own) {
      if (made.gate() instanceof Breaker breaker) {
        breaker.release();
      }
    }
  }

  /** True if none of the queue's messages passes at present. */
  boolean areHolding() {
    for (Gate gate : always) {
      if (status(gate).state() == GateStatus.State.HOLDING) {
        return true;
      }
    }
    return false;
  }

  List<GateView> views() {
    List<GateView> views = new ArrayList<>();
    for (Gate gate : always) {
      views.add(new GateView(gate.name(), status(gate)));
    }
    return views;
  }

  private static GateStatus status(Gate gate) {
    try {
      return gate.status();
    } catch (RuntimeException failure) {
      log.warn("the gate {} does not tell how it stands", gate, failure);
      return new GateStatus(GateStatus.State.LIMITING, "it does not tell: " + failure);
    }
  }
}
