// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.http.Lease;
import java.time.Duration;

/** Told what a worker does. Implementations are thread-safe. */
public interface Report {

  /** A command ended, and the server knows what came of it. */
  void settled(Lease lease, Ending ending, Verdict verdict);

  /** A command ended, and the server would not or could not hear it: the message comes again. */
  void unsettled(Lease lease, Ending ending, String why);

  /** The server cannot be reached; the worker keeps trying. */
  void disconnected(String why);

  /** The server can be reached again. */
  void reconnected(Duration after);

  /** The worker takes no more messages, and so many commands still run. */
  void stopping(int runningCount, Duration grace);
}
