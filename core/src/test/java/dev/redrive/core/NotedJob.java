// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A job that notes what becomes of it. */
class NotedJob implements Lanes.Job {
  final List<String> notes = new CopyOnWriteArrayList<>();
  private final Runnable body;
  private Optional<Throwable> thrown = Optional.empty();

  NotedJob(Runnable body) {
    this.body = body;
  }

  @Override
  public void run() {
    notes.add("began");
    try {
      body.run();
    } catch (Throwable escaping) {
      thrown = Optional.of(escaping);
      throw escaping;
    }
    notes.add("ended");
  }

  @Override
  public void timedOut() {
    notes.add("timed out");
  }

  @Override
  public void stopped() {
    notes.add("stopped");
  }

  @Override
  public void finished() {
    thrown.ifPresent(cause -> notes.add("finished after " + cause.getClass().getSimpleName()));
  }

  boolean has(String note) {
    return notes.contains(note);
  }
}
