"""A connector for citizen-intake: files from a folder on an SFTP server."""
