// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.InvalidOptionsException;
import dev.redrive.Listener;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.gate.BreakerFactory;
import dev.redrive.gate.Dependency;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateTime;
import dev.redrive.spi.Environment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * The dependencies of all queues, a breaker each, and the gates that are made of them. They are as
 * many as queues and policies name, and stay until the end, so that a queue that is declared anew
 * finds them as they were. Thread-safe.
 */
final class Dependencies {
  private final Optional<BreakerFactory> breakers;
  private final Environment environment;
  private final EventHub events;
  private final GateTime time;
  private final Map<String, GuardedDependency> all = new ConcurrentSkipListMap<>();
  private final Map<Shared, Gate> shared = new ConcurrentHashMap<>();

  /** A gate that the queues of a dependency share. */
  private record Shared(String dependency, GateFactory factory) {}

  Dependencies(Optional<BreakerFactory> breakers, Environment environment, EventHub events) {
    this.breakers = breakers;
    this.environment = environment;
    this.events = events;
    this.time = new GateTime(environment.clock(), environment.timers()::nanoTime);
  }

  Collection<Dependency> all() {
    return List.copyOf(all.values());
  }

  /**
   * Checks that there are breakers for what the options name.
   *
   * @throws InvalidOptionsException if there are none
   */
  void check(QueueOptions<?> options) {
    List<String> names = new ArrayList<>(options.policy().dependencies());
    options.guards().dependency().ifPresent(names::add);
    if (!names.isEmpty() && breakers.isEmpty()) {
      throw new InvalidOptionsException(
          "queue " + options.name(),
          List.of(
              "it names the dependency "
                  + names.get(0)
                  + ", but Redrive was opened without breakers: give it some with"
                  + " Engine.builder().breakers(…)"));
    }
  }

  /**
   * Makes what stands before the attempts of a queue with these options.
   *
   * @param former what stood there; gates whose factories are named again stay
   * @param wake wakes the queue when a dependency is back
   * @param ended as {@link Gates}
   */
  Gates gates(QueueOptions<?> options, Gates former, Runnable wake, Consumer<String> ended) {
    List<Gates.Made> own = own(options, former);
    all.values().forEach(each -> each.notUsedBy(options.name()));
    Optional<GuardedDependency> dependency =
        options.guards().dependency().map(name -> used(name, options.name(), wake));
    Map<String, GuardedDependency> named = new LinkedHashMap<>();
    for (String name : options.policy().dependencies()) {
      named.put(name, used(name, options.name(), wake));
    }
    return new Gates(options.name(), own, dependency, named, ended);
  }

  private List<Gates.Made> own(QueueOptions<?> options, Gates former) {
    List<Gates.Made> left = new ArrayList<>(former.own());
    List<Gates.Made> own = new ArrayList<>();
    for (GateFactory factory : options.guards().gates()) {
      Optional<Gates.Made> stays =
          isShared(options, factory) ? Optional.empty() : kept(left, factory);
      own.add(stays.orElseGet(() -> made(options, factory)));
    }
    left.forEach(made -> made.hearing().close());
    return own;
  }

  private static Optional<Gates.Made> kept(List<Gates.Made> left, GateFactory factory) {
    Optional<Gates.Made> kept =
        left.stream().filter(made -> made.factory().equals(factory)).findFirst();
    kept.ifPresent(left::remove);
    return kept;
  }

  private Gates.Made made(QueueOptions<?> options, GateFactory factory) {
    Gate gate =
        options
            .guards()
            .dependency()
            .filter(name -> factory.isOfDependency())
            .map(name -> shared.computeIfAbsent(new Shared(name, factory), this::made))
            .orElseGet(() -> factory.create(options.name(), time));
    return new Gates.Made(factory, gate, hearing(options.name(), gate));
  }

  private static boolean isShared(QueueOptions<?> options, GateFactory factory) {
    return factory.isOfDependency() && options.guards().dependency().isPresent();
  }

  private Gate made(Shared wanted) {
    return wanted.factory().create(wanted.dependency(), time);
  }

  private Redrive.Registration hearing(String queue, Gate gate) {
    if (!(gate instanceof Listener listener)) {
      return () -> {};
    }
    return events.add(
        event -> {
          if (event.queue().equals(queue)) {
            listener.on(event);
          }
        });
  }

  private GuardedDependency used(String name, String queue, Runnable wake) {
    GuardedDependency used = all.computeIfAbsent(name, this::made);
    used.usedBy(queue, wake);
    return used;
  }

  private GuardedDependency made(String name) {
    BreakerFactory factory =
        breakers.orElseThrow(() -> new IllegalStateException("no breakers; looked at before"));
    return new GuardedDependency(name, factory.create(name, time), environment, events);
  }
}
