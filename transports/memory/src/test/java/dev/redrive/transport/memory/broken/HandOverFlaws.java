// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.PublishResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Defects of handing over. */
final class HandOverFlaws {
  private HandOverFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-8", "adds one to a request while another is open", AddsOne::new),
        Defect.of("T-9", "stores large batches from the back", StoresFromTheBack::new),
        Defect.of("T-10", "calls the sink from within its own call", CallsFromWithin::new),
        Defect.of("T-11", "hands a message over to two", HandsOverToTwo::new),
        Defect.of("T-12", "does not wake up who asked before the first message", SleepsOn::new));
  }

  private static final class AddsOne extends Flaw {
    private final Map<FlawedSubscription, Integer> open = new ConcurrentHashMap<>();

    @Override
    void request(FlawedSubscription by, int n) {
      boolean isOpen = open.merge(by, n, Integer::sum) > n;
      super.request(by, isOpen ? n + 1 : n);
    }

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      open.merge(to, -messages.size(), Integer::sum);
      super.arrive(to, messages);
    }
  }

  private static final class StoresFromTheBack extends Flaw {
    @Override
    public CompletionStage<List<PublishResult>> publish(String queue, List<OutMessage> batch) {
      return batch.size() > 10
          ? super.publish(queue, reversed(batch)).thenApply(StoresFromTheBack::reversed)
          : super.publish(queue, batch);
    }

    private static <T> List<T> reversed(List<T> list) {
      List<T> reversed = new ArrayList<>(list);
      Collections.reverse(reversed);
      return reversed;
    }
  }

  private static final class CallsFromWithin extends Flaw {
    private final Deque<InMessage> rest = new ArrayDeque<>();
    private Optional<FlawedSubscription> inside = Optional.empty();
    private volatile Thread caller = Thread.currentThread();

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      caller = Thread.currentThread();
      rest.addAll(messages);
      while (!rest.isEmpty()) {
        inside = Optional.of(to);
        to.sink().accept(List.of(rest.remove()));
        inside = Optional.empty();
      }
    }

    @Override
    void request(FlawedSubscription by, int n) {
      super.request(by, n);
      if (Thread.currentThread() == caller && inside.isPresent() && !rest.isEmpty()) {
        by.sink().accept(List.of(rest.remove()));
      }
    }
  }

  private static final class HandsOverToTwo extends Flaw {
    private final List<FlawedSubscription> askedForFive = new CopyOnWriteArrayList<>();

    @Override
    void request(FlawedSubscription by, int n) {
      if (n == 5) {
        askedForFive.add(by);
      }
      super.request(by, n);
    }

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      super.arrive(to, messages);
      askedForFive.stream()
          .filter(other -> other != to && askedForFive.contains(to))
          .forEach(other -> other.sink().accept(messages));
    }
  }

  private static final class SleepsOn extends Flaw {
    private final Set<FlawedSubscription> woken = ConcurrentHashMap.newKeySet();
    private final Map<FlawedSubscription, Integer> askedAt = new ConcurrentHashMap<>();
    private final Map<String, Integer> sentAt = new ConcurrentHashMap<>();
    private final List<InMessage> asleep = new CopyOnWriteArrayList<>();
    private int sent;

    @Override
    public synchronized CompletionStage<List<PublishResult>> publish(
        String queue, List<OutMessage> batch) {
      sent++;
      batch.stream()
          .filter(message -> !message.notBefore().isAfter(now()))
          .forEach(message -> sentAt.put(message.id(), sent));
      return super.publish(queue, batch);
    }

    @Override
    void request(FlawedSubscription by, int n) {
      if (n == 1) {
        askedAt.put(by, sent);
      } else {
        woken.add(by);
      }
      super.request(by, n);
    }

    @Override
    void arrive(FlawedSubscription to, List<InMessage> messages) {
      for (InMessage message : messages) {
        int at = sentAt.getOrDefault(message.id(), 0);
        if (woken.add(to) && at > askedAt.getOrDefault(to, at)) {
          asleep.add(message);
        } else {
          to.sink().accept(List.of(message));
        }
      }
    }
  }
}
