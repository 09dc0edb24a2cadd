//! Runs nginx with a site's configuration from `servers`, in which addresses and paths are replaced.

use std::{env, fs};

use tempfile::TempDir;
use typed_eventsource_harness::Process;

use super::{certificate, crate_path, served_folder, temp_dir, tool};

/// A running nginx, and the folder that it reads and writes in.
pub(crate) struct Nginx {
    process: Process,
    _folder: TempDir,
}

impl Nginx {
    /// Starts nginx on free ports, and returns it with the ports. For these ports `replacements` returns pairs: a text in the
    /// site's configuration, and the address that takes its place. The certificate is self-signed.
    pub(crate) async fn start<const PORTS: usize>(
        site: &str,
        replacements: impl Fn([u16; PORTS]) -> Vec<(&'static str, String)>,
    ) -> (Self, [u16; PORTS]) {
        let folder = temp_dir();
        let certificate = certificate().await;
        let site =
            fs::read_to_string(crate_path("servers").join(site)).expect("the site can be read");
        let (process, ports) = Process::start_on_free_ports(|ports| {
            let mut site = site
                .replace("/srv/www", &served_folder().display().to_string())
                .replace(
                    "/etc/ssl/site.crt",
                    &certificate.join("cert.pem").display().to_string(),
                )
                .replace(
                    "/etc/ssl/site.key",
                    &certificate.join("key.pem").display().to_string(),
                );
            for (placeholder, address) in replacements(ports) {
                assert!(site.contains(placeholder), "no `{placeholder}` in {site}");
                site = site.replace(placeholder, &address);
            }
            let path = folder.path().join("nginx.conf");
            fs::write(&path, configuration(&site)).expect("nginx can be configured");
            let mut nginx = tool("NGINX");
            nginx.arg("-p").arg(folder.path()).arg("-c").arg(path);
            nginx
        })
        .await;
        let nginx = Self {
            process,
            _folder: folder,
        };
        (nginx, ports)
    }

    /// Kills nginx with its workers.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }
}

/// A whole configuration of nginx, with the site in it. Its paths are relative to nginx's folder.
fn configuration(site: &str) -> String {
    let nchan = env::var("NCHAN").unwrap_or_else(|_| "ngx_nchan_module.so".into());
    format!(
        "load_module {nchan};
        user root root;
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr;
        events {{ worker_connections 1024; }}
        http {{
            access_log off;
            client_body_temp_path client;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            types {{ text/html html; text/javascript js; application/wasm wasm; }}
            {site}
        }}"
    )
}
