package streaming.local;

import java.io.IOException;
import java.util.Arrays;

/**
 * Runs the {@code main} of the class named first with the arguments that follow, in a process that
 * ends when its standard input is closed: a parent that dies in any way takes it with it.
 */
public final class Launcher {
  private Launcher() {}

  public static void main(String[] arguments) throws Exception {
    Thread watch = new Thread(Launcher::endWithParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    Class.forName(arguments[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException exception) {
      // An input that cannot be read is as good as closed.
    }
    // Without the shutdown hooks: they wait for peers that the parent's end takes away as well.
    Runtime.getRuntime().halt(1);
  }
}
