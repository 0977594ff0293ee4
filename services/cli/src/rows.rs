//! `rollcall rows` and `rollcall csv`.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use rollcall_client::{
    Client, Newest, Service, fetch, newest_run,
    view::{CsvView, RowList, RowView},
};
use rollcall_proto::v1::{ExportCsvRequest, ExportCsvResponse, ListRowsRequest, Verdict};
use tonic::Streaming;

use crate::{
    args::{ExportCsv, ListRows},
    error::Error,
    exit::Exit,
    output::Output,
    table,
};

/// Lists a run's verdicts.
pub(crate) async fn list(client: &Client, list: ListRows, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let run_id = match list.run {
        Some(run) => run,
        None => newest_run(client, &list.tenant, Newest::WithRows).await?.run_id,
    };
    let verdicts: Vec<i32> = list
        .verdicts
        .iter()
        .map(|verdict| Verdict::from(*verdict).into())
        .collect();
    let fetched = fetch(list.limit.most(), async |page_size, page_token| {
        let request = ListRowsRequest {
            tenant_id: list.tenant.clone(),
            run_id: run_id.clone(),
            verdicts: verdicts.clone(),
            search: list.search.clone(),
            page_size,
            page_token,
        };
        let page = results.list_rows(request).await.map_err(&failed)?.into_inner();
        Ok((page.rows, page.next_page_token))
    })
    .await?;
    let rows = fetched.entries.iter().map(RowView::from).collect();
    let view = RowList {
        run_id: run_id.clone(),
        rows,
        more: fetched.more,
    };
    output.answer(&view, |look| {
        table::rows(&view.rows, look).with(table::and_more(view.more))
    })?;
    Ok(Exit::Success)
}

/// Writes a run's verdicts as CSV.
pub(crate) async fn csv(client: &Client, export: ExportCsv, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let path = export.output.filter(|path| path != Path::new("-"));
    if path.is_none() && output.is_json() {
        return Err(Error::TwoOutputs);
    }
    let run_id = match export.run {
        Some(run) => run,
        None => newest_run(client, &export.tenant, Newest::WithRows).await?.run_id,
    };
    let request = ExportCsvRequest {
        tenant_id: export.tenant,
        run_id: run_id.clone(),
        verdicts: export
            .verdicts
            .iter()
            .map(|verdict| Verdict::from(*verdict).into())
            .collect(),
    };
    let mut chunks = results.export_csv(request).await.map_err(failed)?.into_inner();
    let Some(path) = path else {
        while let Some(chunk) = client.next(Service::Results, &mut chunks).await? {
            output.bytes(&chunk.data)?;
        }
        return Ok(Exit::Success);
    };
    let bytes = PartialFile::receive(&path, &mut chunks, client).await?;
    let view = CsvView {
        run_id,
        file: path.display().to_string(),
        bytes,
    };
    output.answer(&view, |_| format!("{} written: {bytes} bytes.", view.file))?;
    Ok(Exit::Success)
}

/// A file that takes its name only when it is whole, so that half an export is never taken for one. What is there
/// already and is no plain file, such as a device, a pipe or a link, is written to as it is: a name that is taken
/// would replace it.
struct PartialFile {
    part: Option<PathBuf>,
    file: BufWriter<File>,
}

impl PartialFile {
    async fn receive(
        path: &Path,
        chunks: &mut Streaming<ExportCsvResponse>,
        client: &Client,
    ) -> Result<u64, Error> {
        let cannot_write = |source| Error::Write {
            path: path.to_owned(),
            source,
        };
        let mut partial = Self::create(path).map_err(cannot_write)?;
        let mut bytes = 0;
        while let Some(chunk) = client.next(Service::Results, chunks).await? {
            partial.file.write_all(&chunk.data).map_err(cannot_write)?;
            bytes += chunk.data.len() as u64;
        }
        partial.finish(path).map_err(cannot_write)?;
        Ok(bytes)
    }

    fn create(path: &Path) -> std::io::Result<Self> {
        let part = part_of(path);
        let file = File::create(part.as_deref().unwrap_or(path))?;
        Ok(Self {
            part,
            file: BufWriter::new(file),
        })
    }

    fn finish(&mut self, path: &Path) -> std::io::Result<()> {
        self.file.flush()?;
        self.part
            .as_deref()
            .map_or(Ok(()), |part| std::fs::rename(part, path))
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // The file has already gone if it took its name. If it cannot be removed, its name says that it is only a part.
        if let Some(part) = &self.part {
            let _ = std::fs::remove_file(part);
        }
    }
}

/// Name of a file until it is complete; `None` if the target is not a regular file.
fn part_of(path: &Path) -> Option<PathBuf> {
    if path.symlink_metadata().is_ok_and(|there| !there.is_file()) {
        return None;
    }
    let mut part = path.to_owned().into_os_string();
    part.push(".part");
    Some(part.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_another_name_until_it_is_whole_and_a_device_keeps_its_own() {
        let file = Path::new("no/such/preview.csv");
        assert_eq!(part_of(file), Some(PathBuf::from("no/such/preview.csv.part")));
        assert_eq!(part_of(Path::new("/dev/null")), None);
    }
}
