// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks.parallel;

import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Handles what topics of one partition hold, as often as it is told to: the process lives on, so
 * that it becomes warm as the one that it is measured against. Takes {@code bootstrap.servers} as
 * its argument, and on standard input lines of a topic, an ordering, how many may be handled at
 * once, and how many messages there are. Answers each by a line of two rates: messages a second
 * until the last handler returned, and until the last commit was accepted. Ends with its input.
 */
public final class ParallelConsumerMain {
  private ParallelConsumerMain() {}

  /** Takes lines and answers them. */
  public static void main(String[] arguments) throws Exception {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", -1);
      Emptying emptying =
          new Emptying(
              arguments[0],
              words[0],
              ProcessingOrder.valueOf(words[1]),
              Integer.parseInt(words[2]));
      Progress progress = emptying.run(Integer.parseInt(words[3]));
      System.out.println(progress.handledRate() + " " + progress.committedRate());
      // Now, so that it is not counted into the next run.
      System.gc();
    }
  }
}
