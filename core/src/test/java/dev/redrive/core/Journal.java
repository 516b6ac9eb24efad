// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.Listener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What listeners were told, as short lines. */
final class Journal implements Listener {
  private final List<Event> events = new CopyOnWriteArrayList<>();

  @Override
  public void on(Event event) {
    events.add(event);
  }

  List<Event> events() {
    return events;
  }

  <E extends Event> List<E> of(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** For example {@code Started a 1}. */
  List<String> lines() {
    return events.stream().map(Journal::line).toList();
  }

  private static String line(Event event) {
    String name = event.getClass().getSimpleName();
    if (event instanceof Event.Sent sent) {
      return name + " " + sent.id() + (sent.isDuplicate() ? " again" : "");
    } else if (event instanceof Event.Started started) {
      return name + " " + started.id() + " " + started.attempt();
    } else if (event instanceof Event.Succeeded succeeded) {
      return name + " " + succeeded.id() + " " + succeeded.attempt();
    } else if (event instanceof Event.Retried retried) {
      return name + " " + retried.id() + " " + retried.attempt();
    } else if (event instanceof Event.Deferred deferred) {
      return name + " " + deferred.id();
    } else if (event instanceof Event.Recognised recognised) {
      return name + " " + recognised.id() + " " + recognised.key();
    } else if (event instanceof Event.Died died) {
      return name + " " + died.id() + " " + died.attempt() + " " + died.reason().wireName();
    } else if (event instanceof Event.Cancelled cancelled) {
      return name + " " + cancelled.id();
    }
    return name;
  }
}
