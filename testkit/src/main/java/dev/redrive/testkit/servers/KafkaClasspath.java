// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;

/**
 * Where the process of a Kafka node finds its classes: in the jars that the module {@code
 * testkit/kafka-server} has written down, and {@link KafkaMain} in one beside this list, since Java
 * keeps no archive of classes that come from a folder.
 *
 * @param text the class path
 * @param archive where an archive of its classes is kept, for this Java alone
 */
record KafkaClasspath(String text, Path archive) {
  private static final String PROPERTY = "redrive.kafka.classpath";
  private static final FileTime ALWAYS = FileTime.fromMillis(0);

  /**
   * Finds it.
   *
   * @throws AssertionError if nobody has written down where the jars are
   */
  static KafkaClasspath find() throws IOException {
    String property = System.getProperty(PROPERTY, "");
    if (property.isEmpty() || !Files.isReadable(Path.of(property))) {
      throw new AssertionError(
          "Kafka's jars are not known, for the system property %s is '%s'. Run mvn -pl testkit/kafka-server test and name the file there that it writes, testkit/kafka-server/target/classpath; what Maven runs with -am has both"
              .formatted(PROPERTY, property));
    }
    Path file = Path.of(property).toAbsolutePath();
    String jars = Files.readString(file).strip();
    byte[] main = mainJar();
    CRC32 sum = new CRC32();
    sum.update(jars.getBytes(UTF_8));
    sum.update(main);
    sum.update(System.getProperty("java.vm.version").getBytes(UTF_8));
    String name = "kafka-" + Long.toHexString(sum.getValue());
    Path mainJar = file.resolveSibling(name + ".jar");
    if (!Files.exists(mainJar)) {
      Path written = Files.createTempFile(file.getParent(), name, ".tmp");
      Files.write(written, main);
      // An archive knows its jars by their times; so that of each process that writes this one
      // fits.
      Files.setLastModifiedTime(written, ALWAYS);
      Files.move(written, mainJar, StandardCopyOption.ATOMIC_MOVE);
    }
    return new KafkaClasspath(
        jars + File.pathSeparator + mainJar, file.resolveSibling(name + ".jsa"));
  }

  private static byte[] mainJar() throws IOException {
    String name = KafkaMain.class.getName().replace('.', '/') + ".class";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream main =
            Objects.requireNonNull(KafkaMain.class.getResourceAsStream("KafkaMain.class"));
        JarOutputStream jar = new JarOutputStream(bytes)) {
      JarEntry entry = new JarEntry(name);
      entry.setLastModifiedTime(ALWAYS);
      jar.putNextEntry(entry);
      main.transferTo(jar);
    }
    return bytes.toByteArray();
  }
}
