package streaming;

import java.util.ArrayList;
import java.util.List;
import streaming.archive.ArchiveSink;
import streaming.document.DocumentSink;
import streaming.search.OpenSearchSink;
import streaming.settings.JobSettings;
import streaming.stream.ResultsStreamSink;

/** The sinks that the settings ask for. */
final class Sinks {
  private Sinks() {}

  static DocumentSink of(JobSettings settings) {
    List<DocumentSink> sinks = new ArrayList<>();
    settings.searchEndpoint().map(url -> OpenSearchSink.to(url, settings)).ifPresent(sinks::add);
    settings
        .resultsStreamName()
        .map(name -> ResultsStreamSink.to(name, settings))
        .ifPresent(sinks::add);
    settings.archivePath().map(ArchiveSink::to).ifPresent(sinks::add);
    return documents -> sinks.forEach(sink -> sink.addTo(documents));
  }
}
