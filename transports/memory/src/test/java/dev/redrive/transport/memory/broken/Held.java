// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which message a lease is for, and who has it. Thread-safe. */
final class Held {

  /** A message that was handed over. */
  record Entry(InMessage message, FlawedSubscription by) {}

  private final Map<Lease, Entry> entries = Collections.synchronizedMap(new IdentityHashMap<>());

  void add(FlawedSubscription by, List<InMessage> messages) {
    messages.forEach(message -> entries.put(message.lease(), new Entry(message, by)));
  }

  Optional<Entry> of(Lease lease) {
    return Optional.ofNullable(entries.get(lease));
  }

  void remove(Lease lease) {
    entries.remove(lease);
  }

  void clear() {
    entries.clear();
  }

  /** What this subscription has. */
  List<InMessage> by(FlawedSubscription subscription) {
    synchronized (entries) {
      return entries.values().stream()
          .filter(entry -> entry.by() == subscription)
          .map(Entry::message)
          .toList();
    }
  }
}
