// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.Listener;
import dev.redrive.Redrive;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners. Without any, events are not even made. */
final class EventHub {
  private static final Logger log = LoggerFactory.getLogger(EventHub.class);

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  Redrive.Registration add(Listener listener) {
    // Its own object, so that closing one registration of a listener leaves its others.
    Listener registered = event -> listener.on(event);
    listeners.add(registered);
    return () -> listeners.remove(registered);
  }

  void tell(Supplier<Event> event) {
    if (listeners.isEmpty()) {
      return;
    }
    Event told = event.get();
    for (Listener listener : listeners) {
      try {
        listener.on(told);
      } catch (Throwable failure) {
        // Errors too: nobody's metrics may stop a message.
        log.warn("a listener failed at {}", told, failure);
      }
    }
  }
}
