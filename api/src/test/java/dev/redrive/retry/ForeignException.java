// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** Makes exceptions of libraries that are not on the class path. */
final class ForeignException {

  private ForeignException() {}

  /** A new exception of a class of this name, from a class loader of its own. */
  static RuntimeException compile(Path folder, String packageName, String name) throws Exception {
    Path source = Files.createDirectories(folder.resolve(packageName)).resolve(name + ".java");
    Files.writeString(
        source,
        "package %s; public class %s extends RuntimeException {}".formatted(packageName, name));
    Path classes = Files.createDirectories(folder.resolve(packageName + ".classes"));
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), source.toString());
    assertThat(result).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      return (RuntimeException)
          loader.loadClass(packageName + "." + name).getDeclaredConstructor().newInstance();
    }
  }
}
