// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The Java that a Kafka node runs on. It starts in a third of the time if it finds the classes that
 * a node loads in an archive. Whoever starts the first one after a clean build makes it, in a trial
 * of ten seconds. Thread-safe.
 */
final class KafkaJava {
  /**
   * Options to start soon, and to work more slowly than Java does by itself. Some 4,600 partitions,
   * as one test run leaves behind, take 220 MB; a node that is short of memory is fenced again and
   * again.
   */
  static final List<String> QUICK =
      List.of("-Xms64m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  // Guarded by the class.
  private static boolean isTried;

  private KafkaJava() {}

  /** What starts a node with these options, up to the arguments of {@link KafkaMain}. */
  static synchronized List<String> command(List<String> options) {
    try {
      KafkaClasspath classpath = KafkaClasspath.find();
      if (!isTried && !Files.exists(classpath.archive())) {
        makeArchive(classpath);
      }
      isTried = true;
      return command(options, classpath, "-XX:SharedArchiveFile=" + classpath.archive());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void makeArchive(KafkaClasspath classpath) throws IOException {
    // Half an archive would crash Java, so it gets its name only when it is whole.
    Path made = classpath.archive().resolveSibling(ProcessHandle.current().pid() + ".jsa");
    KafkaNetwork network = new KafkaNetwork(1);
    List<String> trial = command(QUICK, classpath, "-XX:ArchiveClassesAtExit=" + made);
    try (KafkaServer server = new KafkaServer(network, network.nodes().get(0), Map.of(), trial)) {
      server.launch();
      server.awaitReady();
      server.stop();
    }
    // Some builds of Java make none; a node starts without as well.
    if (Files.exists(made)) {
      Files.move(made, classpath.archive(), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static List<String> command(
      List<String> options, KafkaClasspath classpath, String archive) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    // An archive that is missing or does not fit is not used, without a word.
    command.addAll(List.of(archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    command.addAll(List.of("-cp", classpath.text()));
    return command;
  }
}
