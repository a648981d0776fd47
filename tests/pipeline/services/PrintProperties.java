import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.io.IOException;

/** Prints the property groups of the application, then of each file, or why they cannot be read. */
public final class PrintProperties {
  public static void main(String[] files) {
    print(null);
    for (String file : files) print(file);
  }

  private static void print(String file) {
    try {
      System.out.println(
          file == null
              ? KinesisAnalyticsRuntime.getApplicationProperties()
              : KinesisAnalyticsRuntime.getApplicationProperties(file));
    } catch (IOException exception) {
      System.out.println("IOException: " + exception.getMessage().lines().findFirst().get());
    }
  }
}
