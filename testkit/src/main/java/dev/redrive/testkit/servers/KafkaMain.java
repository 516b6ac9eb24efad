// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/**
 * What the process of a {@link KafkaServer} runs: a Kafka node, its folder formatted before if it
 * is new. In one process, because to start one takes longer than to format.
 */
final class KafkaMain {
  private KafkaMain() {}

  /** Takes the file of settings and, if the folder is to be formatted, the id of the cluster. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    String settings = arguments[0];
    // Kafka's classes are on the class path of that process alone, not where this is compiled.
    for (String cluster : Arrays.asList(arguments).subList(1, arguments.length)) {
      String[] format = {"format", "--cluster-id", cluster, "--config", settings};
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      Object result =
          Class.forName("kafka.tools.StorageTool")
              .getMethod("execute", String[].class, PrintStream.class)
              .invoke(null, format, new PrintStream(printed, true, UTF_8));
      if (!result.equals(0)) {
        throw new IllegalStateException(printed.toString(UTF_8));
      }
    }
    Class.forName("kafka.Kafka")
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {settings});
  }
}
