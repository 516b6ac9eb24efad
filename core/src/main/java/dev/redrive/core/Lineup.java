// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Choice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages in hand, in the order in which they get their attempts. Tenants come in turn, each with
 * as many messages in a row as its weight: deficit round robin (M. Shreedhar, G. Varghese, 1995)
 * with messages of equal cost. Those of one tenant come by priority, with ageing.
 *
 * <p>Ageing costs nothing: all grow older alike, so of two messages the one that is before the
 * other now stays so. What is compared is when a message came, less what its priority is worth;
 * nothing need be sorted anew. And so one can be overtaken only by what comes less than the
 * difference of their priorities later, times the ageing: nine times that at most, and then its
 * turn comes, however much arrives.
 *
 * <p>Each call takes O(log n). Not thread-safe. If there is no memory to add, nothing is added.
 *
 * @param <T> the messages
 */
final class Lineup<T> {
  /** What a message has that says nothing else, as in JMS. */
  static final int PRIORITY = 4;

  static final int PRIORITY_MAX = 9;

  private final Map<String, Integer> weights;
  private final long ageing;
  private final Map<String, Tenant<T>> tenants = new HashMap<>();
  // Those that have messages here, whose turn is next first.
  private final Deque<Tenant<T>> turns = new ArrayDeque<>();
  private int size;

  Lineup(Choice choice) {
    this.weights = choice.weights();
    this.ageing = Times.nanos(choice.ageing());
  }

  /** Where a message stands; it is the same for one that comes back. */
  record Place(String tenant, int priority, long came) {}

  private static final class Waiting<T> extends DueHeap.Node {
    private final T message;

    Waiting(T message, long rank) {
      super(rank);
      this.message = message;
    }
  }

  private static final class Tenant<T> {
    private final String name;
    private final int weight;
    private final DueHeap<Waiting<T>> waiting = new DueHeap<>();
    // How many more it may have before it is the next one's turn.
    private int left;

    Tenant(String name, int weight) {
      this.name = name;
      this.weight = weight;
      this.left = weight;
    }
  }

  int size() {
    return size;
  }

  void add(T message, Place place) {
    Tenant<T> tenant = tenants.get(place.tenant());
    boolean isNew = tenant == null;
    if (tenant == null) {
      tenant = new Tenant<>(place.tenant(), weights.getOrDefault(place.tenant(), 1));
    }
    tenant.waiting.add(new Waiting<>(message, place.came() - place.priority() * ageing));
    if (isNew) {
      turns.addLast(tenant);
      try {
        tenants.put(tenant.name, tenant);
      } catch (Throwable noMemory) {
        turns.removeLast();
        throw noMemory;
      }
    }
    size++;
  }

  /** Takes out the message whose turn it is; null if there is none. */
  @Nullable T poll() {
    Tenant<T> tenant = turns.peekFirst();
    if (tenant == null) {
      return null;
    }
    T message = tenant.waiting.poll().message;
    size--;
    tenant.left--;
    if (tenant.waiting.size() == 0) {
      turns.removeFirst();
      tenants.remove(tenant.name);
    } else if (tenant.left == 0) {
      tenant.left = tenant.weight;
      // There is room: one was taken out just now.
      turns.addLast(turns.removeFirst());
    }
    return message;
  }

  /** Takes out all, in their order. If it throws, none. */
  List<T> takeAll() {
    List<T> all = new ArrayList<>(size);
    T next = poll();
    while (next != null) {
      all.add(next);
      next = poll();
    }
    return all;
  }
}
