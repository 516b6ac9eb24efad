// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/** A {@link Progress} as the simulation sees it, so that flaws can come in between. */
class Tracker {
  private final Progress progress;

  Tracker(Progress progress) {
    this.progress = progress;
  }

  int crashes(long offset) {
    return progress.crashes(offset);
  }

  boolean isDone(long offset) {
    return progress.isDone(offset);
  }

  boolean hasRoom() {
    return progress.hasRoom();
  }

  void take(long offset) {
    progress.take(offset);
  }

  void reached(long position) {
    progress.reached(position);
  }

  void begin(long offset) {
    progress.begin(offset);
  }

  void release(long offset) {
    progress.release(offset);
  }

  void done(long offset) {
    progress.done(offset);
  }

  boolean isDirty() {
    return progress.isDirty();
  }

  Commit commit() {
    return progress.commit();
  }

  Commit handOver() {
    return progress.handOver();
  }
}
