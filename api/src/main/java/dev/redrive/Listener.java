// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** Is told of each event, for metrics and logs. */
@FunctionalInterface
public interface Listener {

  /** Called at each event, on an engine thread: must be quick and must not block. */
  void on(Event event);
}
